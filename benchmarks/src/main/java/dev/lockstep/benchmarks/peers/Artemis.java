package dev.lockstep.benchmarks.peers;

import dev.lockstep.benchmarks.harness.Load;
import dev.lockstep.benchmarks.harness.Pipeline;
import dev.lockstep.benchmarks.harness.Sample;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;

/**
 * ActiveMQ Artemis in this VM: consume, transform, produce with a transacted session, a connection,
 * and a pair of queues for each thread.
 */
public final class Artemis implements Pipeline, AutoCloseable {
  private static final int BATCH = 1_000;
  private static final long PATIENCE_MILLIS = 5_000;

  private final ArtemisServer server;
  private final List<Worker> workers;
  private final byte[] payload;

  private Artemis(ArtemisServer server, List<Worker> workers, byte[] payload) {
    this.server = server;
    this.workers = workers;
    this.payload = payload;
  }

  /** Starts a broker on an empty directory. */
  public static Artemis start(Path directory, int threads, byte[] payload) throws Exception {
    ArtemisServer server = ArtemisServer.start(directory, ArtemisServer.Tuning.TUNED);
    List<Worker> workers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      workers.add(Worker.open(server.connect(), "in-" + i, "out-" + i));
    }
    return new Artemis(server, workers, payload);
  }

  /** How it is set up, for the report. */
  public String setUp() {
    return "in this VM, core client, one transacted session and connection a thread and a pair of"
        + " queues for each; "
        + server.setUp();
  }

  @Override
  public void load(int messages) throws Exception {
    int each = (messages + workers.size() - 1) / workers.size();
    for (Worker worker : workers) {
      worker.load(payload, each);
    }
  }

  @Override
  public Sample run(Duration time) throws Exception {
    return Load.run(workers.size(), time, thread -> workers.get(thread)::transform);
  }

  @Override
  public void close() {
    workers.forEach(worker -> worker.factory().close());
    server.close();
  }

  private record Worker(
      ClientSessionFactory factory,
      ClientSession session,
      ClientProducer loader,
      ClientConsumer consumer,
      ClientProducer producer) {

    static Worker open(ClientSessionFactory factory, String in, String out)
        throws ActiveMQException {
      ClientSession session = factory.createTransactedSession();
      session.createQueue(QueueConfiguration.of(in).setRoutingType(RoutingType.ANYCAST));
      session.createQueue(QueueConfiguration.of(out).setRoutingType(RoutingType.ANYCAST));
      Worker worker =
          new Worker(
              factory,
              session,
              session.createProducer(in),
              session.createConsumer(in),
              session.createProducer(out));
      session.start();
      return worker;
    }

    void load(byte[] payload, int count) throws ActiveMQException {
      for (int i = 1; i <= count; i++) {
        loader.send(message(payload));
        if (i % BATCH == 0 || i == count) {
          session.commit();
        }
      }
    }

    int transform() throws ActiveMQException {
      ClientMessage message = consumer.receive(PATIENCE_MILLIS);
      if (message == null) {
        return 0;
      }
      byte[] bytes = new byte[message.getBodySize()];
      message.getBodyBuffer().readBytes(bytes);
      bytes[0]++;
      producer.send(message(bytes));
      message.acknowledge();
      session.commit();
      return 1;
    }

    private ClientMessage message(byte[] bytes) {
      ClientMessage message = session.createMessage(true);
      message.getBodyBuffer().writeBytes(bytes);
      return message;
    }
  }
}
