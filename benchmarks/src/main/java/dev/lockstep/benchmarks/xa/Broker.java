package dev.lockstep.benchmarks.xa;

import dev.lockstep.benchmarks.harness.Load.Step;
import dev.lockstep.benchmarks.peers.ArtemisSender;
import jakarta.transaction.TransactionManager;

/** A message to a broker, by a session that each thread keeps. */
final class Broker implements Other {
  private final TransactionManager manager;
  private final ArtemisSender broker;

  Broker(TransactionManager manager, ArtemisSender broker) {
    this.manager = manager;
    this.broker = broker;
  }

  @Override
  public Step open() throws Exception {
    ArtemisSender.Session session = broker.open();
    byte[] payload = OwnLog.payload();
    return () -> {
      manager.getTransaction().enlistResource(session.resource());
      session.send(payload);
      return 1;
    };
  }

  @Override
  public void close() {
    broker.close();
  }
}
