package dev.lockstep.wildfly.half;

import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.TopicConfig;
import dev.lockstep.outbox.HalfMessages;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.annotation.sql.DataSourceDefinition;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.nio.file.Path;
import javax.sql.DataSource;

/** Opens the log with the application and closes it with it; and the data source that it is for. */
@ApplicationScoped
@DataSourceDefinition(
    name = "java:app/jdbc/shop",
    className = "org.postgresql.ds.PGSimpleDataSource",
    url = "${shop.database}",
    user = "postgres",
    password = "-")
public class HalfLog {
  private Halt halt;
  private Lockstep lockstep;

  @Resource(lookup = "java:comp/TransactionSynchronizationRegistry")
  private TransactionSynchronizationRegistry registry;

  @Resource(lookup = "java:app/jdbc/shop")
  private DataSource database;

  /** For CDI. */
  public HalfLog() {}

  /** A log with a trap in it. */
  @Inject
  public HalfLog(Halt halt) {
    this.halt = halt;
  }

  @PostConstruct
  void open() {
    lockstep =
        Lockstep.open(
            LockstepConfig.builder()
                .dataDir(Path.of(System.getProperty("jboss.server.data.dir"), "half-shop"))
                .transactions(
                    HalfMessages.builder(registry, database).name("shop").createTables().build())
                .listener(halt.listener())
                .build());
    lockstep.topics().createIfAbsent(TopicConfig.of("orders"));
  }

  /** With the application, and not with the first use: what a crash left is asked for at once. */
  void start(@Observes Startup event) {}

  /** For those who send and consume. */
  @Produces
  public Lockstep lockstep() {
    return lockstep;
  }

  @PreDestroy
  void close() {
    lockstep.close();
  }
}
