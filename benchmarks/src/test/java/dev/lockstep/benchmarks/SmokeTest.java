package dev.lockstep.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs everything that needs no server once, so that it can't rot; the figures mean nothing. */
@Timeout(120)
final class SmokeTest {
  @Test
  void measuresAndReportsEveryFigure(@TempDir Path directory) throws IOException {
    Path report = directory.resolve("report.md");
    Path data = directory.resolve("data");

    int status =
        Bench.run("engine", "--quick", "--report", report.toString(), "--data", data.toString());

    assertThat(status).isZero();
    List<String> lines = Files.readAllLines(report);
    assertThat(lines)
        .anyMatch(line -> line.startsWith("| file system | "))
        .anyMatch(line -> line.startsWith("| durable-1-thread | "))
        .anyMatch(line -> line.startsWith("| append-unforced | "))
        .anyMatch(line -> line.startsWith("| poll-millions | "));
    try (Stream<Path> left = Files.list(data)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void listsItsSuites() {
    assertThat(Bench.run()).isZero();
  }

  @Test
  void refusesWhatThereIsNot() {
    assertThat(Bench.run("nonsense")).isEqualTo(2);
    assertThat(Bench.run("engine", "--only", "nonsense")).isEqualTo(2);
    assertThat(Bench.run("engine", "--nonsense")).isEqualTo(2);
  }
}
