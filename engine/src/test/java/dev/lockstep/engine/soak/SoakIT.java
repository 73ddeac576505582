package dev.lockstep.engine.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.io.Children;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Producers, consumers of several groups, prepared branches, retention, compaction and evacuation
 * at once, in a process with 256 MiB of heap and a disk budget. The profile {@code soak} takes ten
 * minutes instead of twenty seconds.
 */
@Timeout(
    value = 24,
    unit = TimeUnit.HOURS, // for the longest run; the process has its own time
    threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SoakIT {
  private static final Duration TIME =
      Duration.ofSeconds(Integer.getInteger("lockstep.soak.seconds", 20));

  @TempDir Path directory;

  @Test
  void nothingIsLostAndNothingGrows() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Soak.class.getName(),
                directory.toString(),
                String.valueOf(TIME.toSeconds()))
            .redirectErrorStream(true)
            .start();
    // Its watchdog is earlier, and says where it hangs.
    Children.limited(process, Watchdog.limit(TIME).plus(Duration.ofMinutes(1)));
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      reader.lines().forEach(System.out::println);
      assertThat(process.waitFor()).as("the status of the soak").isZero();
    } finally {
      process.destroyForcibly();
    }
  }
}
