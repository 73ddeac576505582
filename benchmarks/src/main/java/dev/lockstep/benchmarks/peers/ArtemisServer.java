package dev.lockstep.benchmarks.peers;

import java.nio.file.Path;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.nativo.jlibaio.LibaioContext;

/** A broker in this VM, durable. */
final class ArtemisServer implements AutoCloseable {
  private static final int BUFFER_TIMEOUT_NANOS = 100_000;

  private final EmbeddedActiveMQ server;
  private final ServerLocator locator;
  private final Tuning tuning;

  /** How much is done for its speed. */
  enum Tuning {
    /** Nothing: it is as shipped. */
    AS_SHIPPED,
    /** Its journal waits a shorter time for company, and its clients wait for commits only. */
    TUNED
  }

  private ArtemisServer(EmbeddedActiveMQ server, ServerLocator locator, Tuning tuning) {
    this.server = server;
    this.locator = locator;
    this.tuning = tuning;
  }

  /** Starts a broker on an empty directory. */
  static ArtemisServer start(Path directory, Tuning tuning) throws Exception {
    EmbeddedActiveMQ server = new EmbeddedActiveMQ();
    server.setConfiguration(configuration(directory, tuning));
    server.start();
    ServerLocator locator = ActiveMQClient.createServerLocator("vm://0");
    if (tuning == Tuning.TUNED) {
      // The commit waits for all that came before it.
      locator.setBlockOnDurableSend(false).setBlockOnAcknowledge(false);
    }
    return new ArtemisServer(server, locator, tuning);
  }

  private static Configuration configuration(Path directory, Tuning tuning) throws Exception {
    Configuration configuration =
        new ConfigurationImpl()
            .setPersistenceEnabled(true)
            .setJournalType(journalType())
            .setJournalDirectory(directory.resolve("journal").toString())
            .setBindingsDirectory(directory.resolve("bindings").toString())
            .setPagingDirectory(directory.resolve("paging").toString())
            .setLargeMessagesDirectory(directory.resolve("large").toString())
            .setSecurityEnabled(false)
            .setJMXManagementEnabled(false)
            .addAcceptorConfiguration("in-vm", "vm://0");
    return tuning == Tuning.AS_SHIPPED
        ? configuration
        : configuration
            .setJournalBufferTimeout_NIO(BUFFER_TIMEOUT_NANOS)
            .setJournalBufferTimeout_AIO(BUFFER_TIMEOUT_NANOS);
  }

  private static JournalType journalType() {
    return LibaioContext.isLoaded() ? JournalType.ASYNCIO : JournalType.NIO;
  }

  /** A connection. */
  ClientSessionFactory connect() throws Exception {
    return locator.createSessionFactory();
  }

  /** How it is set up, for the report. */
  String setUp() {
    return setUp(tuning);
  }

  static String setUp(Tuning tuning) {
    String common =
        "durable messages, journal " + journalType() + ", synchronised at each commit, ";
    return common
        + switch (tuning) {
          case AS_SHIPPED -> "all else as shipped";
          case TUNED -> "its buffer timeout tuned to 0.1 ms";
        };
  }

  @Override
  public void close() {
    locator.close();
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("Artemis did not stop", e);
    }
  }
}
