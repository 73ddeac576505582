package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.Consumer;
import dev.lockstep.outbox.AnyShop.Binding;
import dev.lockstep.testkit.Audit;
import dev.lockstep.testkit.Child;
import dev.lockstep.testkit.EmbeddedDatabase;
import dev.lockstep.testkit.InvariantChecker;
import dev.lockstep.testkit.InvariantChecker.Found;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A busy shop is killed at random moments, or its sessions in the database are, or the database
 * itself is, or both at once. Whatever was reported as sold is sold; what is sold has one message,
 * and nothing else has; and each message is billed once.
 *
 * <p>How many times, both bindings together: {@code -Dlockstep.kills=500}.
 */
@Timeout(value = 3_600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HalfRandomKillsIT {
  private static final int KILLS = Integer.getInteger("lockstep.kills", 6);
  private static final long SEED = Long.getLong("lockstep.kills.seed", 4);
  private static final int A_LIFE = 1_000_000;
  private static final int LONGEST_MILLIS = 500;
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  @TempDir private Path directory;
  private EmbeddedDatabase database;
  private String url;
  private final List<String> reported = new ArrayList<>();
  private int lives;

  private enum Victim {
    SHOP,
    SESSIONS,
    DATABASE,
    DATABASE_AND_SHOP;

    /** The shop as often as its database, in one way or another. */
    static Victim any(Random random) {
      return switch (random.nextInt(10)) {
        case 0, 1, 2, 3 -> SHOP;
        case 4, 5, 6, 7 -> SESSIONS;
        case 8 -> DATABASE;
        default -> DATABASE_AND_SHOP;
      };
    }
  }

  @BeforeEach
  void start() throws SQLException {
    database = EmbeddedDatabase.builder().embedded().start();
    url = database.jdbcUrl();
    Shop.createTables(url);
  }

  @AfterEach
  void stop() {
    database.close();
  }

  private Child open(Binding binding) throws IOException {
    lives++;
    Child child =
        Child.start(
            BusyShopProcess.class,
            binding.name(),
            directory.toString(),
            url,
            String.valueOf(lives * A_LIFE));
    child.listen();
    await()
        .atMost(PATIENCE)
        .until(() -> child.heard().contains(BusyShopProcess.OPEN) || !child.isAlive());
    return child;
  }

  /** Kills the shop, and remembers what it has reported. */
  private void kill(Child shop) throws InterruptedException {
    assertThat(shop.isAlive()).as(() -> "what has it said? " + shop.heard()).isTrue();
    shop.kill();
    List<String> said = shop.heardToTheEnd();
    assertThat(said).noneMatch(line -> line.startsWith(BusyShopProcess.FAILED));
    said.stream()
        .filter(line -> line.startsWith(BusyShopProcess.SOLD))
        .forEach(line -> reported.add(line.substring(BusyShopProcess.SOLD.length())));
  }

  @ParameterizedTest
  @CsvSource({"PLAIN_JDBC, 1", "JAKARTA, 2"})
  void nothingIsLostOrDoneTwice(Binding binding, int luck) throws Exception {
    long seed = SEED + luck;
    int kills = KILLS / 2;
    System.out.println(binding + ": " + kills + " kills, seed " + seed);
    long start = System.nanoTime();
    Random random = new Random(seed);
    Child shop = open(binding);
    try {
      for (int kill = 0; kill < kills; kill++) {
        pause(random.nextInt(LONGEST_MILLIS));
        Victim victim = Victim.any(random);
        if (victim == Victim.SESSIONS) {
          database.terminateBackends();
          continue;
        }
        if (victim != Victim.SHOP) {
          database.killPostmaster();
        }
        if (victim != Victim.DATABASE) {
          kill(shop);
        }
        if (victim != Victim.SHOP) {
          database.restart();
        }
        if (victim != Victim.DATABASE) {
          shop = open(binding);
        }
      }
      kill(shop);
    } finally {
      shop.close();
    }
    assertConsistent(binding);
    System.out.println("in " + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s");
  }

  /** Not for something to happen: the moment is what is random. */
  private static void pause(int millis) throws InterruptedException {
    boolean isOver = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    assertThat(isOver).isFalse();
  }

  private void assertConsistent(Binding binding) throws Exception {
    try (AnyShop last = AnyShop.open(binding, directory, url)) {
      await().atMost(PATIENCE).until(() -> last.lockstep().transactions().inDoubt().isEmpty());
      List<String> messages = Shop.messages(last.lockstep());
      try (Consumer<String> consumer =
          last.lockstep().consumer(BusyShopProcess.GROUP, Shop.TOPIC, String.class)) {
        await()
            .atMost(PATIENCE)
            .until(() -> last.bill(consumer) == 0 && billed().size() >= messages.size());
      }
      List<String> sold = Shop.sold(url);
      List<String> billed = billed();
      Audit audit =
          new InvariantChecker()
              .pairs("row of sold", found(sold), "message", found(messages))
              .pairs("row of billed", found(billed), "message", found(messages))
              .audit();
      System.out.println(
          "lives: "
              + lives
              + ", sold: "
              + sold.size()
              + ", reported: "
              + reported.size()
              + ", billed: "
              + billed.size()
              + ", violations: "
              + audit.violations().size());
      assertThat(audit.violations()).isEmpty();
      assertThat(sold).containsAll(reported);
      assertThat(reported).isNotEmpty();
    }
  }

  private List<String> billed() throws SQLException {
    return Shop.query(url, "select id from billed");
  }

  private static List<Found> found(List<String> ids) {
    return ids.stream().map(id -> new Found(id, "the end")).toList();
  }
}
