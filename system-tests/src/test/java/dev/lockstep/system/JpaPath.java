package dev.lockstep.system;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.CommitPath;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.datasource.GuardedXADataSource;
import dev.lockstep.datasource.TransactionalDataSource;
import dev.lockstep.outbox.HalfMessages;
import dev.lockstep.outbox.JdbcTransactions;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.xa.narayana.NarayanaTransactions;
import jakarta.transaction.Status;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.UserTransaction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.engine.transaction.jta.platform.internal.AbstractJtaPlatform;

/** Hibernate and a log, set up as an application does it for one of the commit paths. */
final class JpaPath implements AutoCloseable {
  /** What is committed together with a session. */
  interface Runner {
    void run(SessionFactory factory, Consumer<Session> work) throws Exception;
  }

  private final SessionFactory factory;
  private final Lockstep lockstep;
  private final Runner runner;
  private final Runnable below;

  private JpaPath(SessionFactory factory, Lockstep lockstep, Runner runner, Runnable below) {
    this.factory = factory;
    this.lockstep = lockstep;
    this.runner = runner;
    this.below = below;
  }

  /** The three ways in which a user of JPA may have it. */
  enum Kind {
    PLAIN_JDBC,
    HALF_MESSAGES,
    XA
  }

  static JpaPath open(Kind kind, Path directory, String jdbcUrl) {
    return switch (kind) {
      case PLAIN_JDBC -> plain(directory, jdbcUrl);
      case HALF_MESSAGES -> jta(directory, jdbcUrl, CommitPath.HALF_MESSAGE);
      case XA -> jta(directory, jdbcUrl, CommitPath.XA);
    };
  }

  /** A session on the connection of the transaction, which flushes at the end of its work. */
  private static JpaPath plain(Path directory, String jdbcUrl) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(jdbcUrl);
    config.setMaximumPoolSize(4);
    HikariDataSource pool = new HikariDataSource(config);
    JdbcTransactions transactions = JdbcTransactions.builder(pool).createTables().build();
    Configuration hibernate =
        configuration(pool, "jakarta.persistence.nonJtaDataSource")
            .setProperty("hibernate.allow_update_outside_transaction", "true");
    return new JpaPath(
        hibernate.buildSessionFactory(),
        lockstep(directory, transactions, CommitPath.HALF_MESSAGE),
        (factory, work) ->
            transactions.execute(
                connection -> {
                  try (Session session =
                      factory.withOptions().connection(connection).openSession()) {
                    work.accept(session);
                    session.flush();
                  }
                }),
        pool::close);
  }

  private static JpaPath jta(Path directory, String jdbcUrl, CommitPath path) {
    NarayanaTransactions narayana =
        NarayanaTransactions.builder("jpa", Path.of("target", "jpa-transactions"))
            .recoveryInterval(Duration.ofHours(1))
            .open();
    TransactionalDataSource source =
        TransactionalDataSource.builder(GuardedXADataSource.of(jdbcUrl))
            .maximumPoolSize(4)
            .transactionManager(narayana.transactionManager())
            .synchronizationRegistry(narayana.synchronizationRegistry())
            .build();
    TransactionBinding binding =
        path == CommitPath.XA
            ? narayana.binding()
            : HalfMessages.builder(narayana.synchronizationRegistry(), source)
                .createTables()
                .build();
    Configuration hibernate =
        configuration(source, "jakarta.persistence.jtaDataSource")
            .setProperty("hibernate.transaction.coordinator_class", "jta")
            .setProperty("hibernate.current_session_context_class", "jta");
    hibernate.getProperties().put("hibernate.transaction.jta.platform", new Platform(narayana));
    return new JpaPath(
        hibernate.buildSessionFactory(),
        lockstep(directory, binding, path),
        (factory, work) -> inTransaction(narayana.transactionManager(), factory, work),
        () -> {
          source.close();
          narayana.close();
        });
  }

  private static void inTransaction(
      TransactionManager manager, SessionFactory factory, Consumer<Session> work) throws Exception {
    manager.begin();
    try {
      work.accept(factory.getCurrentSession());
      manager.commit();
    } finally {
      if (manager.getStatus() != Status.STATUS_NO_TRANSACTION) {
        manager.rollback();
      }
    }
  }

  private static Configuration configuration(DataSource source, String as) {
    Configuration hibernate =
        new Configuration()
            .addAnnotatedClass(Sale.class)
            .setProperty("hibernate.hbm2ddl.auto", "none");
    hibernate.getProperties().put(as, source);
    return hibernate;
  }

  private static Lockstep lockstep(Path directory, TransactionBinding binding, CommitPath path) {
    return Lockstep.open(
        LockstepConfig.builder()
            .dataDir(directory)
            .segmentSize(1 << 20)
            .maxMessageBytes(1 << 16)
            .transactions(binding)
            .commitPath(path)
            .build());
  }

  /** What Hibernate needs to know of the transaction manager. */
  private static final class Platform extends AbstractJtaPlatform {
    private static final long serialVersionUID = 1;

    private final transient NarayanaTransactions narayana;

    private Platform(NarayanaTransactions narayana) {
      this.narayana = narayana;
    }

    @Override
    protected TransactionManager locateTransactionManager() {
      return narayana.transactionManager();
    }

    @Override
    protected UserTransaction locateUserTransaction() {
      return narayana.userTransaction();
    }
  }

  Lockstep lockstep() {
    return lockstep;
  }

  /** Works in a transaction, with a session. */
  void run(Consumer<Session> work) throws Exception {
    runner.run(factory, work);
  }

  @Override
  public void close() {
    factory.close();
    lockstep.close();
    below.run();
  }
}
