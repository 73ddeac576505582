package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.Lockstep;
import dev.lockstep.engine.SpillingProcess.End;
import dev.lockstep.engine.io.Children;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Transactions of 100 MiB in processes with a heap of 40 MiB. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SpillIT {
  private static final long MIB = 1 << 20;

  @TempDir Path directory;

  /** Runs the process; says what it printed. */
  private String run(End end, int status) throws IOException, InterruptedException {
    return run(end, status, "-Xmx40m");
  }

  private String run(End end, int status, String heap) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                heap,
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                SpillingProcess.class.getName(),
                directory.toString(),
                end.name())
            .redirectError(Redirect.INHERIT)
            .start();
    Children.limited(process, Duration.ofMinutes(2));
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      String line = reader.readLine();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(status);
      return line == null ? "" : line;
    } finally {
      process.destroyForcibly();
    }
  }

  private long bytes() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  @Test
  void itIsCommitted() throws Exception {
    assertThat(run(End.COMMIT, 0)).isEqualTo(String.valueOf(SpillingProcess.MESSAGES));
  }

  @Test
  void itIsRolledBackAndItsRoomIsGivenBack() throws Exception {
    assertThat(run(End.ROLLBACK, 0)).isEqualTo("0");
    examineAndReclaim();
  }

  @Test
  void itsProcessCrashesAndItsRoomIsGivenBack() throws Exception {
    assertThat(run(End.CRASH, 3)).isEmpty();
    assertThat(bytes()).isGreaterThan(80 * MIB);
    examineAndReclaim();
  }

  /** Empty messages count, too: they are refused before they fill the heap. */
  @Test
  void emptyMessagesDoNotFillTheHeap() throws Exception {
    assertThat(Long.parseLong(run(End.REFUSAL, 0, "-Xmx128m"))).isBetween(100_000L, 1_000_000L);
  }

  private void examineAndReclaim() {
    try (Engine engine = (Engine) Lockstep.open(SpillingProcess.config(directory))) {
      assertThat(SpillingProcess.count(engine)).isZero();
      engine.reclaimNow();
      await().atMost(Duration.ofSeconds(30)).until(() -> bytes() < 40 * MIB);
    }
  }
}
