package dev.lockstep.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Runs everything once, so that it can't rot; the figures mean nothing. */
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Execution(ExecutionMode.CONCURRENT)
final class SmokeTest {
  private static final Pattern FIGURE =
      Pattern.compile("\\| ([a-z0-9-]+) \\| .* \\| (yes|\\*\\*no\\*\\*) \\|");

  private static List<String> figures(List<String> report) {
    return report.stream()
        .map(FIGURE::matcher)
        .filter(Matcher::matches)
        .map(row -> row.group(1))
        .toList();
  }

  /** The report of a suite that was run quickly, and well. */
  private static List<String> report(Path directory, String... suite) throws IOException {
    Path report = directory.resolve("report.md");
    List<String> arguments = new ArrayList<>(List.of(suite));
    arguments.addAll(
        List.of(
            "--quick",
            "--report",
            report.toString(),
            "--data",
            directory.resolve("data").toString()));
    assertThat(Bench.run(arguments.toArray(String[]::new))).isZero();
    return Files.readAllLines(report);
  }

  @Test
  void measuresAndReportsEveryFigure(@TempDir Path directory) throws IOException {
    Path report = directory.resolve("report.md");
    Path data = directory.resolve("data");

    int status =
        Bench.run("engine", "--quick", "--report", report.toString(), "--data", data.toString());

    List<String> lines = Files.readAllLines(report);
    assertThat(lines).anyMatch(line -> line.startsWith("| file system | "));
    assertThat(figures(lines))
        .containsExactlyInAnyOrder(
            "durable-1-thread",
            "durable-16-threads",
            "durable-16-threads-p99",
            "durable-1000-partitions",
            "append-unforced",
            "poll-millions",
            "reopen-seconds",
            "reopen-far-seconds",
            "checkpoint-stall-millis",
            "checkpoint-stall-unforced-millis",
            "write-amplification",
            "write-amplification-256",
            "write-amplification-mixed",
            "allocation-bytes");
    try (Stream<Path> left = Files.list(data)) {
      assertThat(left).isEmpty();
    }
    if (Files.isReadable(Path.of("/proc/self/io"))) {
      assertThat(status).isZero();
      assertThat(lines).noneMatch(line -> line.contains("not measured |"));
    } else {
      assertThat(status).as("what can't be measured is a failure").isEqualTo(1);
      assertThat(lines.stream().filter(line -> line.contains("not measured |"))).hasSize(3);
    }
  }

  @Test
  void measuresThePeersThatAreServersWhereTheyAreAskedFor(@TempDir Path directory)
      throws IOException {
    assertThat(figures(report(directory, "engine", "--only", "pipeline")))
        .containsExactlyInAnyOrder("pipeline-artemis", "pipeline-kafka");
  }

  @Test
  void measuresTwoPhaseCommits(@TempDir Path directory) throws IOException {
    List<String> lines = report(directory, "xa");
    assertThat(figures(lines))
        .containsExactlyInAnyOrder(
            "xa-1-ceiling",
            "xa-1-files-ceiling",
            "xa-1-artemis",
            "xa-1-artemis-tuned",
            "xa-16-ceiling",
            "xa-16-files-ceiling",
            "xa-16-artemis",
            "xa-16-artemis-tuned");
    assertThat(lines)
        .anyMatch(
            line -> line.matches("- \\*\\*lockstep, 1 thread\\.\\*\\* .* forces on the log .*"));
  }

  @Test
  void measuresHalfMessages(@TempDir Path directory) throws IOException {
    List<String> lines = report(directory, "half-message");
    assertThat(figures(lines))
        .containsExactlyInAnyOrder(
            "half-message-1",
            "half-message-1-relayed",
            "half-message-4",
            "half-message-4-relayed",
            "half-message-16",
            "half-message-16-relayed");
    assertThat(lines).filteredOn(line -> line.startsWith("| send to receive |")).hasSize(3);
  }

  @Test
  void measuresTheTimingWheel(@TempDir Path directory) throws IOException {
    assertThat(figures(report(directory, "schedules")))
        .containsExactlyInAnyOrder(
            "wheel-insert-netty",
            "wheel-insert-kafka",
            "wheel-cancel-netty",
            "wheel-cancel-kafka",
            "wheel-expire-netty",
            "wheel-expire-kafka");
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
