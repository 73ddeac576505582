package dev.lockstep.benchmarks.xa;

import dev.lockstep.benchmarks.harness.Load.Step;
import dev.lockstep.testkit.IdleResource;
import jakarta.transaction.TransactionManager;
import javax.transaction.xa.XAResource;

/** Nothing, but a resource that takes part: the manager has two phases to go through. */
final class NoOther implements Other {
  private final TransactionManager manager;

  NoOther(TransactionManager manager) {
    this.manager = manager;
  }

  @Override
  public Step open() {
    XAResource nothing = new IdleResource();
    return () -> {
      manager.getTransaction().enlistResource(nothing);
      return 1;
    };
  }

  @Override
  public void close() {
    // there is nothing to close
  }
}
