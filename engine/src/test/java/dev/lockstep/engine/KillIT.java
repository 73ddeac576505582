package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Groups.GroupInfo;
import dev.lockstep.Lockstep;
import dev.lockstep.StartFrom;
import dev.lockstep.engine.io.Children;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process that works with a log on real files, again and again at random moments, and looks
 * for what it was told.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KillIT {
  private static final long SEED = 31415;
  private static final int KILLS = 10;

  @TempDir Path directory;

  private final Set<String> sent = new HashSet<>();
  private final Set<String> prepared = new HashSet<>();
  private final Set<String> deciding = new HashSet<>();
  private final Set<String> decided = new HashSet<>();
  private final Map<Integer, Long> taken = new HashMap<>();

  @Test
  void nothingAcknowledgedIsLostAndNothingIsThereTwice() throws Exception {
    Random random = new Random(SEED);
    for (int life = 0; life < KILLS; life++) {
      int acknowledged = 20 + random.nextInt(600);
      String killed = "life " + life + ", killed after " + acknowledged + ", seed " + SEED;
      work(life, acknowledged);
      examine(killed);
    }
    assertThat(taken).isNotEmpty();
    assertThat(decided).isNotEmpty();
    System.out.println(
        "KillIT: "
            + KILLS
            + " kills, "
            + sent.size()
            + " committed at once, "
            + decided.size()
            + " decided, "
            + taken
            + " taken, seed "
            + SEED);
  }

  /** One life, until so many lines were read; those that were under way are read, too. */
  private void work(int life, int lines) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                KilledWorker.class.getName(),
                directory.toString(),
                "life" + life)
            .redirectError(Redirect.INHERIT)
            .start();
    Children.limited(process, Duration.ofMinutes(2));
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      int read = 0;
      String line = reader.readLine();
      while (line != null) {
        enter(line);
        if (++read == lines) {
          process.toHandle().destroyForcibly(); // leaves what is in the pipe to be read
        }
        line = reader.readLine();
      }
      assertThat(read).as("lines before the process ended by itself").isGreaterThanOrEqualTo(lines);
    } finally {
      process.destroyForcibly();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  private void enter(String line) {
    String[] words = line.split(" ", -1);
    switch (words[0]) {
      case "sent" -> sent.add(words[1]);
      case "prepared" -> prepared.add(words[1]);
      case "deciding" -> deciding.add(words[1]);
      case "decided" -> decided.add(words[1]);
      case "taken" ->
          taken.merge(Integer.valueOf(words[1]), Long.parseLong(words[2]) + 1, Math::max);
      default -> throw new AssertionError("a line that nobody prints: " + line);
    }
  }

  private void examine(String killed) {
    try (Engine engine = (Engine) Lockstep.open(TestLogs.config(directory).build())) {
      Set<String> undecided = new HashSet<>();
      for (Undecided branch : engine.log().undecided(Decider.TRANSACTION_MANAGER)) {
        undecided.add(new String(branch.note(), StandardCharsets.UTF_8));
      }
      Set<String> orders = messages(engine, KilledWorker.TOPICS.get(0), killed);
      Set<String> invoices = messages(engine, KilledWorker.TOPICS.get(1), killed);
      assertThat(orders).as(killed).isEqualTo(invoices);
      assertThat(orders).as(killed).containsAll(sent).noneMatch(undecided::contains);
      for (String name : prepared) {
        boolean there = orders.contains(name);
        if (decided.contains(name)) {
          assertThat(there).as("%s: %s", killed, name).isEqualTo(KilledWorker.isCommitted(name));
          assertThat(undecided).as(killed).doesNotContain(name);
        } else if (deciding.contains(name)) {
          assertThat(there && !KilledWorker.isCommitted(name)).as("%s: %s", killed, name).isFalse();
        } else {
          assertThat(undecided).as(killed).contains(name);
        }
      }
      taken.forEach(
          (partition, end) ->
              assertThat(group(engine).committed(partition).orElseThrow())
                  .as("%s: offset in %s", killed, partition)
                  .isBetween(end, end + 1));
    }
  }

  private static GroupInfo group(Engine engine) {
    return engine.groups().find(KilledWorker.GROUP, KilledWorker.TOPICS.get(0)).orElseThrow();
  }

  private static Set<String> messages(Engine engine, String topic, String killed) {
    List<String> names = new ArrayList<>();
    Map<Integer, Long> next = new HashMap<>();
    String group = "audit-" + killed.hashCode();
    try (Subscription member = engine.log().subscribe(group, topic, StartFrom.EARLIEST)) {
      List<Delivery> deliveries = member.fetch(1000, Duration.ZERO);
      while (!deliveries.isEmpty()) {
        for (Delivery delivery : deliveries) {
          long expected = next.merge(delivery.partition(), 1L, Long::sum) - 1;
          assertThat(delivery.offset()).as(killed).isEqualTo(expected);
          String payload = new String(delivery.envelope().payload(), StandardCharsets.UTF_8);
          names.add(payload.substring(0, payload.indexOf('.')));
        }
        deliveries = member.fetch(1000, Duration.ZERO);
      }
    }
    assertThat(names).as(killed).doesNotHaveDuplicates();
    return new HashSet<>(names);
  }
}
