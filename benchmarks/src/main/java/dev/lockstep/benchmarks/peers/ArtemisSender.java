package dev.lockstep.benchmarks.peers;

import dev.lockstep.benchmarks.peers.ArtemisServer.Tuning;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.transaction.xa.XAResource;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;

/** ActiveMQ Artemis in this VM, which takes messages in transactions of somebody else's manager. */
public final class ArtemisSender implements AutoCloseable {
  private static final String QUEUE = "sold";

  private final ArtemisServer server;
  private final Queue<ClientSessionFactory> connections = new ConcurrentLinkedQueue<>();

  private ArtemisSender(ArtemisServer server) {
    this.server = server;
  }

  /** Starts a broker that is as shipped, on an empty directory. */
  public static ArtemisSender asShipped(Path directory) throws Exception {
    return start(directory, Tuning.AS_SHIPPED);
  }

  /** Starts a broker that is tuned for commits one by one, on an empty directory. */
  public static ArtemisSender tuned(Path directory) throws Exception {
    return start(directory, Tuning.TUNED);
  }

  private static ArtemisSender start(Path directory, Tuning tuning) throws Exception {
    ArtemisSender sender = new ArtemisSender(ArtemisServer.start(directory, tuning));
    try (ClientSession session = sender.connect().createSession()) {
      session.createQueue(QueueConfiguration.of(QUEUE).setRoutingType(RoutingType.ANYCAST));
    }
    return sender;
  }

  /** How each of them is set up, for the report. */
  public static List<String> setUps() {
    return List.of(ArtemisServer.setUp(Tuning.AS_SHIPPED), ArtemisServer.setUp(Tuning.TUNED));
  }

  private ClientSessionFactory connect() throws Exception {
    ClientSessionFactory connection = server.connect();
    connections.add(connection);
    return connection;
  }

  /** A session of a thread, with a connection of its own. */
  public Session open() throws Exception {
    ClientSession session = connect().createXASession();
    session.start();
    return new Session(session, session.createProducer(QUEUE));
  }

  /** Sends in whatever transaction its resource is enlisted in. */
  public record Session(ClientSession session, ClientProducer producer) {
    /** What is to be enlisted. */
    public XAResource resource() {
      return session;
    }

    /** Sends a durable message. */
    public void send(byte[] payload) throws ActiveMQException {
      ClientMessage message = session.createMessage(true);
      message.getBodyBuffer().writeBytes(payload);
      producer.send(message);
    }
  }

  @Override
  public void close() {
    connections.forEach(ClientSessionFactory::close);
    server.close();
  }
}
