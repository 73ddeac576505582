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

/** A shop with either binding. */
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

  /** Opens one whose marker tables are small. */
  static AnyShop open(Binding binding, Path directory, String jdbcUrl) {
    return switch (binding) {
      case PLAIN_JDBC ->
          Shop.open(
              directory,
              jdbcUrl,
              builder -> builder.markersPerTable(MARKERS).outcomeWait(Duration.ofSeconds(3)));
      case JAKARTA ->
          JtaShop.open(
              directory, jdbcUrl, source -> source, builder -> builder.markersPerTable(MARKERS));
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
}
