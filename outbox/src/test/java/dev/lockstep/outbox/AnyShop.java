package dev.lockstep.outbox;

import dev.lockstep.Consumer;
import dev.lockstep.Lockstep;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.TransactionRolledBackException;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.RollbackException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;

/** A shop with either binding, whose marker tables are small. */
interface AnyShop extends AutoCloseable {
  int MARKERS = 30;

  /** The bindings. */
  enum Binding {
    PLAIN_JDBC,
    JAKARTA
  }

  /** What is done in a transaction. */
  interface Work {
    void run() throws Exception;
  }

  static AnyShop open(Binding binding, Path directory, String jdbcUrl) {
    return switch (binding) {
      case PLAIN_JDBC ->
          new Plain(
              Shop.open(
                  directory,
                  jdbcUrl,
                  builder -> builder.markersPerTable(MARKERS).outcomeWait(Duration.ofSeconds(3))));
      case JAKARTA ->
          new Jakarta(
              JtaShop.open(
                  directory,
                  jdbcUrl,
                  source -> source,
                  builder -> builder.markersPerTable(MARKERS)));
    };
  }

  /** Whether a transaction is reported to be committed; it may be all the same. */
  static boolean isReported(Work work) throws Exception {
    try {
      work.run();
      return true;
    } catch (TransactionRolledBackException
        | OutcomeUnknownException
        | SQLException
        | RollbackException
        | HeuristicMixedException
        | HeuristicRollbackException e) {
      return false; // its session was ended, or the database is away
    }
  }

  void sell(int id) throws Exception;

  int bill(Consumer<String> consumer) throws Exception;

  Lockstep lockstep();

  @Override
  void close();

  /** Over plain JDBC. */
  record Plain(Shop shop) implements AnyShop {
    @Override
    public void sell(int id) throws SQLException {
      shop.sell(id);
    }

    @Override
    public int bill(Consumer<String> consumer) throws SQLException {
      return shop.bill(consumer);
    }

    @Override
    public Lockstep lockstep() {
      return shop.lockstep();
    }

    @Override
    public void close() {
      shop.close();
    }
  }

  /** In Jakarta transactions. */
  record Jakarta(JtaShop shop) implements AnyShop {
    @Override
    public void sell(int id) throws Exception {
      shop.sell(id);
    }

    @Override
    public int bill(Consumer<String> consumer) throws Exception {
      return shop.bill(consumer);
    }

    @Override
    public Lockstep lockstep() {
      return shop.lockstep();
    }

    @Override
    public void close() {
      shop.close();
    }
  }
}
