package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.StartFrom;
import dev.lockstep.spi.Subscription;
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

/** Segments with hundreds of thousands of messages each are emptied in a small heap. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EvacuationIT {
  @TempDir Path directory;

  private String run(String heap) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                heap,
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                EvacuatingProcess.class.getName(),
                directory.toString())
            .redirectError(Redirect.INHERIT)
            .start();
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      String line = reader.readLine();
      assertThat(process.waitFor(200, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      return line;
    } finally {
      process.destroyForcibly();
    }
  }

  private long segmentBytes() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(".segment"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  @Test
  void messagesMoveInASmallHeap() throws Exception {
    assertThat(run("-Xmx40m")).isEqualTo(String.valueOf(EvacuatingProcess.KEPT));
    System.out.println("EvacuationIT: " + (segmentBytes() >> 20) + " MiB of segments are left");
    try (Engine engine = EvacuatingProcess.open(directory);
        Subscription member = engine.log().subscribe("audit", "kept", StartFrom.EARLIEST)) {
      long found = 0;
      int some = member.fetch(10_000, Duration.ZERO).size();
      while (some > 0) {
        found += some;
        some = member.fetch(10_000, Duration.ZERO).size();
      }
      assertThat(found).isEqualTo(EvacuatingProcess.KEPT);
    }
  }
}
