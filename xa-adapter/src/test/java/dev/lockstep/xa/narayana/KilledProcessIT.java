package dev.lockstep.xa.narayana;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testkit.KillPoints;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A process is killed at each point of two-phase commit, and the next one recovers in a single
 * pass, with the real log and the real Narayana.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Execution(ExecutionMode.CONCURRENT)
class KilledProcessIT {
  private static final String NODE = "shop-1";

  @TempDir Path directory;

  private record Ended(int status, List<String> output) {}

  private Ended run(String node, TransactionStore store, String what, String killPoints)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dorg.jboss.logging.provider=slf4j",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-cp",
                System.getProperty("java.class.path"),
                ShopProcess.class.getName(),
                directory.toString(),
                node,
                store.name(),
                what,
                killPoints)
            .redirectErrorStream(true)
            .start();
    try (InputStream output = process.getInputStream()) {
      String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return new Ended(process.exitValue(), text.lines().toList());
    } finally {
      process.destroyForcibly();
    }
  }

  private void assertRecovered(Ended ended, int count) {
    assertThat(ended.output())
        .contains(
            "PASSES 1",
            "LEFT []",
            "HEURISTICS []",
            "LOG 0",
            "DATABASE 0",
            "ROWS " + count,
            "MESSAGES " + (count == 0 ? "[]" : "[order]"));
    assertThat(ended.status()).isZero();
  }

  static Stream<Arguments> killed() {
    return Stream.of(TransactionStore.values())
        .flatMap(
            store ->
                Stream.of("log-first", "database-first")
                    .flatMap(order -> points().map(point -> Arguments.of(store, order, point))));
  }

  private static Stream<String> points() {
    return KillPoints.names("log", "database").stream()
        .filter(point -> point.contains(".prepare.") || point.contains(".commit."));
  }

  /**
   * Before and after each prepare and each commit: the decision record is written after the last
   * prepare and before the first commit, and removed after the last commit.
   */
  @ParameterizedTest(name = "{0}, {1}, killed at {2}")
  @MethodSource("killed")
  void killedInTwoPhaseCommit(TransactionStore store, String order, String point) throws Exception {
    assertThat(run(NODE, store, order, point)).isEqualTo(new Ended(137, List.of()));

    assertRecovered(run(NODE, store, "recover", ""), point.contains(".commit.") ? 1 : 0);
  }

  static Stream<Arguments> killedAgain() {
    return Stream.of("database.prepare.after", "log.commit.before", "log.commit.after")
        .flatMap(
            point ->
                Stream.of("in-recovery-before-commit", "in-recovery-after-commit")
                    .flatMap(
                        second ->
                            Stream.of(TransactionStore.values())
                                .map(store -> Arguments.of(store, point, second))));
  }

  @ParameterizedTest(name = "{0}, killed at {1}, and {2}")
  @MethodSource("killedAgain")
  void killedDuringRecovery(TransactionStore store, String point, String second) throws Exception {
    assertThat(run(NODE, store, "log-first", point).status()).isEqualTo(137);
    assertThat(run(NODE, store, "recover", second).status()).isEqualTo(137);

    assertRecovered(run(NODE, store, "recover", ""), point.contains(".commit.") ? 1 : 0);
  }

  static Stream<Arguments> switched() {
    return Stream.of("database.prepare.after", "log.commit.before", "log.commit.after")
        .flatMap(
            point -> Stream.of(TransactionStore.values()).map(store -> Arguments.of(store, point)));
  }

  /** The next process keeps its records elsewhere, and the one after it where the first did. */
  @ParameterizedTest(name = "{0}, killed at {1}")
  @MethodSource("switched")
  void theStoreMayChange(TransactionStore first, String point) throws Exception {
    TransactionStore second =
        first == TransactionStore.FILES ? TransactionStore.CO_LOCATED : TransactionStore.FILES;
    int expected = point.contains(".commit.") ? 1 : 0;
    assertThat(run(NODE, first, "log-first", point).status()).isEqualTo(137);
    assertRecovered(run(NODE, second, "recover", ""), expected);
    assertThat(run(NODE, second, "log-first", "database.commit.before").status()).isEqualTo(137);
    Ended last = run(NODE, first, "recover", "");
    assertThat(last.output())
        .contains("PASSES 1", "LEFT []", "HEURISTICS []", "LOG 0", "DATABASE 0")
        .contains("ROWS " + (expected + 1), "DIFFERENCE 0");
  }

  @ParameterizedTest(name = "several threads, killed at {0}")
  @MethodSource("points")
  void killedUnderLoad(String point) throws Exception {
    TransactionStore store = TransactionStore.CO_LOCATED;
    assertThat(run(NODE, store, "many", point + "@150").status()).isEqualTo(137);

    Ended recovered = run(NODE, store, "recover", "");
    assertThat(recovered.output())
        .contains("LEFT []", "HEURISTICS []", "LOG 0", "DATABASE 0", "DIFFERENCE 0");
  }

  @ParameterizedTest
  @EnumSource
  void notKilled(TransactionStore store) throws Exception {
    assertThat(run(NODE, store, "log-first", "")).isEqualTo(new Ended(0, List.of("COMMITTED")));

    assertRecovered(run(NODE, store, "recover", ""), 1);
  }

  @ParameterizedTest
  @EnumSource
  void aDecidedTransactionAndAnOrphanTogether(TransactionStore store) throws Exception {
    assertThat(run(NODE, store, "log-first", "database.commit.before").status()).isEqualTo(137);
    assertThat(run(NODE, store, "database-first", "log.prepare.after").status()).isEqualTo(137);

    assertRecovered(run(NODE, store, "recover", ""), 1);
    assertRecovered(run(NODE, store, "recover", ""), 1);
  }

  /** The second process holds the log and the database of the first, but not its node id. */
  @ParameterizedTest
  @EnumSource
  void anotherNodesBranchesStayInDoubt(TransactionStore store) throws Exception {
    assertThat(run(NODE, store, "log-first", "log.commit.before").status()).isEqualTo(137);

    Ended other = run("shop-2", store, "recover", "");
    assertThat(other.output())
        .contains("DOUBT 1", "LEFT []", "LOG 1", "DATABASE 1", "ROWS 0", "MESSAGES []");
    assertRecovered(run(NODE, store, "recover", ""), 1);
  }
}
