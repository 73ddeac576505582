package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.testkit.EmbeddedDatabase;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.RollbackException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many transactions at a time, small marker tables, and sessions that are ended in between. */
@Timeout(240)
class HalfUnderLoadIT {
  private static final int CLERKS = 5;
  private static final int SALES = 250;
  private static final int LOSSES = 5;

  private TestDatabase database;
  private String url;

  @BeforeEach
  void start() throws SQLException {
    database = startDatabase();
    url = database.jdbcUrl();
    Shop.createTable(url);
  }

  TestDatabase startDatabase() {
    return new PostgresDatabase(EmbeddedDatabase.builder().embedded().start());
  }

  @AfterEach
  void stop() {
    database.close();
  }

  /** Sells one thing. */
  private interface Seller {
    void sell(int id) throws Exception;
  }

  /** Sells, and ends all sessions now and then. Returns what was reported to be committed. */
  private List<String> sell(Seller seller) throws Exception {
    AtomicInteger next = new AtomicInteger();
    ExecutorService clerks = Executors.newFixedThreadPool(CLERKS);
    List<String> reported = new ArrayList<>();
    try {
      List<Future<List<String>>> shifts = new ArrayList<>();
      for (int clerk = 0; clerk < CLERKS; clerk++) {
        shifts.add(clerks.submit(() -> shift(seller, next)));
      }
      for (int loss = 1; loss <= LOSSES; loss++) {
        int when = loss * SALES / (LOSSES + 1);
        await().atMost(Duration.ofMinutes(2)).until(() -> next.get() >= when);
        database.terminateSessions();
      }
      for (Future<List<String>> shift : shifts) {
        reported.addAll(shift.get());
      }
    } finally {
      clerks.shutdownNow();
    }
    return reported;
  }

  private static List<String> shift(Seller seller, AtomicInteger next) throws Exception {
    List<String> sold = new ArrayList<>();
    for (int id = next.incrementAndGet(); id <= SALES; id = next.incrementAndGet()) {
      if (isReportedSold(seller, id)) {
        sold.add(String.valueOf(id));
      }
    }
    return sold;
  }

  private static boolean isReportedSold(Seller seller, int id) throws Exception {
    try {
      seller.sell(id);
      return true;
    } catch (TransactionRolledBackException
        | OutcomeUnknownException
        | SQLException
        | RollbackException
        | HeuristicMixedException
        | HeuristicRollbackException e) {
      return false; // its session was ended
    }
  }

  @Test
  void rowsAndMessagesAgreeInPlainJdbc(@TempDir Path directory) throws Exception {
    try (Shop shop = Shop.open(directory, url, builder -> builder.markersPerTable(20))) {
      List<String> reported = sell(shop::sell);
      await().atMost(Duration.ofMinutes(1)).until(() -> shop.inDoubt() == 0);
      assertThat(shop.messages())
          .containsExactlyInAnyOrderElementsOf(Shop.sold(url))
          .containsAll(reported);
    }
  }

  @Test
  void rowsAndMessagesAgreeInJakartaTransactions(@TempDir Path directory) throws Exception {
    try (JtaShop shop = JtaShop.open(directory, url)) {
      sell(shop::sell); // a manager reports what it makes of a lost answer
      await().atMost(Duration.ofMinutes(1)).until(() -> shop.inDoubt() == 0);
      assertThat(shop.messages()).containsExactlyInAnyOrderElementsOf(Shop.sold(url));
    }
  }
}
