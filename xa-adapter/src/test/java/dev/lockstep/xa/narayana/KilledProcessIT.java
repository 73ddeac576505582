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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A process is killed at each point of two-phase commit, and the next one recovers in a single
 * pass, with the real log and the real Narayana.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KilledProcessIT {
  private static final String NODE = "shop-1";

  @TempDir Path directory;

  private record Ended(int status, List<String> output) {}

  private Ended run(String node, String what, String killPoints)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Dorg.jboss.logging.provider=slf4j",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-cp",
                System.getProperty("java.class.path"),
                ShopProcess.class.getName(),
                directory.toString(),
                node,
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
    return Stream.of("log-first", "database-first")
        .flatMap(
            order ->
                KillPoints.names("log", "database").stream()
                    .filter(point -> point.contains(".prepare.") || point.contains(".commit."))
                    .map(point -> Arguments.of(order, point)));
  }

  @ParameterizedTest(name = "{0}, killed at {1}")
  @MethodSource("killed")
  void killedInTwoPhaseCommit(String order, String point) throws Exception {
    assertThat(run(NODE, order, point)).isEqualTo(new Ended(137, List.of()));

    assertRecovered(run(NODE, "recover", ""), point.contains(".commit.") ? 1 : 0);
  }

  @Test
  void notKilled() throws Exception {
    assertThat(run(NODE, "log-first", "")).isEqualTo(new Ended(0, List.of("COMMITTED")));

    assertRecovered(run(NODE, "recover", ""), 1);
  }

  @Test
  void aDecidedTransactionAndAnOrphanTogether() throws Exception {
    assertThat(run(NODE, "log-first", "database.commit.before").status()).isEqualTo(137);
    assertThat(run(NODE, "database-first", "log.prepare.after").status()).isEqualTo(137);

    assertRecovered(run(NODE, "recover", ""), 1);
    assertRecovered(run(NODE, "recover", ""), 1);
  }

  /** The second process holds the log and the database of the first, but not its node id. */
  @Test
  void anotherNodesBranchesStayInDoubt() throws Exception {
    assertThat(run(NODE, "log-first", "log.commit.before").status()).isEqualTo(137);

    Ended other = run("shop-2", "recover", "");
    assertThat(other.output())
        .contains("DOUBT 1", "LEFT []", "LOG 1", "DATABASE 1", "ROWS 0", "MESSAGES []");
    assertRecovered(run(NODE, "recover", ""), 1);
  }
}
