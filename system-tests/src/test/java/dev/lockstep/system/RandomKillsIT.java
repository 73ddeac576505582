package dev.lockstep.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testkit.Child;
import dev.lockstep.testkit.EmbeddedDatabase;
import dev.lockstep.xa.narayana.TransactionStore;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A shop is killed at random moments under load, and now and then the database with it. Whatever
 * was reported as sold is sold, once, with its message, and is billed once.
 *
 * <p>How many times: {@code -Dlockstep.kills=500}.
 */
@Timeout(value = 3_600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RandomKillsIT {
  private static final int KILLS = Integer.getInteger("lockstep.kills", 12);
  private static final long SEED = Long.getLong("lockstep.kills.seed", 4);
  private static final int A_LIFE = 1_000_000;
  private static final int LAST = 20;
  private static final int LONGEST_MILLIS = 700;
  private static final int DATABASE_TOO = 10;

  @TempDir Path directory;

  private Child start(EmbeddedDatabase database, int life, int orders) throws IOException {
    Child child =
        Child.start(
            BusyProcess.class,
            directory.toString(),
            "busy",
            TransactionStore.CO_LOCATED.name(),
            database.jdbcUrl(),
            String.valueOf(life * A_LIFE),
            String.valueOf(orders));
    assertThat(child.expect("LEFT ")).isEqualTo("[]");
    child.expect(ShopProcess.READY);
    return child;
  }

  @Test
  void nothingIsLostOrDoneTwice() throws Exception {
    System.out.println("kills: " + KILLS + ", seed " + SEED);
    Random random = new Random(SEED);
    List<String> reported = new ArrayList<>();
    try (EmbeddedDatabase database = EmbeddedDatabase.builder().embedded().start()) {
      Sold.create(database);
      for (int life = 1; life <= KILLS; life++) {
        live(database, life, random, reported);
      }
      try (Child last = start(database, 0, LAST)) {
        List<String> rest = last.end();
        rest.stream()
            .filter(line -> line.startsWith(BusyProcess.SOLD))
            .forEach(line -> reported.add(line.substring(BusyProcess.SOLD.length())));
        assertConsistent(database, rest, reported);
      }
    }
  }

  private void live(EmbeddedDatabase database, int life, Random random, List<String> reported)
      throws IOException, InterruptedException {
    try (Child child = start(database, life, A_LIFE)) {
      pause(random.nextInt(LONGEST_MILLIS));
      boolean withDatabase = random.nextInt(DATABASE_TOO) == 0;
      if (withDatabase) {
        database.killPostmaster();
      }
      child.kill();
      if (withDatabase) {
        database.restart();
      }
      child.rest().stream()
          .filter(line -> line.startsWith(BusyProcess.SOLD))
          .forEach(line -> reported.add(line.substring(BusyProcess.SOLD.length())));
    }
  }

  /** Not for something to happen: the moment is what is random. */
  private static void pause(int millis) throws InterruptedException {
    boolean isOver = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    assertThat(isOver).isFalse();
  }

  private static void assertConsistent(
      EmbeddedDatabase database, List<String> said, List<String> reported) throws SQLException {
    List<String> rows = Sold.ids(database);
    System.out.println("sold: " + rows.size() + ", reported: " + reported.size());
    assertThat(rows).isNotEmpty().doesNotHaveDuplicates().containsAll(reported);
    assertThat(Sold.billed(database)).containsExactlyInAnyOrderElementsOf(rows);
    assertThat(database.preparedTransactions()).isEmpty();
    assertThat(said).contains("LOG []");
    String messages = said.get(said.size() - 1);
    assertThat(messages).startsWith("MESSAGES ");
    assertThat(messages.substring("MESSAGES ".length()).split(" ", -1))
        .containsExactlyInAnyOrderElementsOf(rows);
  }
}
