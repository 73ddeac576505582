package dev.lockstep.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class SessionTest {
  @TempDir Path data;

  private final ByteArrayOutputStream results = new ByteArrayOutputStream();

  private Session session() {
    PrintStream out = new PrintStream(results, true, StandardCharsets.UTF_8);
    PrintStream progress =
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    return new Session(data, Rounds.QUICK, out, progress);
  }

  @Test
  void nothingIsLeftForWhatComesNext() throws IOException, InterruptedException {
    Session session = session();
    Path deleted = session.directory("deleted");
    Files.writeString(session.directory("left").resolve("file"), "data");
    session.delete(deleted);
    assertThat(data).isNotEmptyDirectory();
    session.settle();
    assertThat(data).isEmptyDirectory();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void waitsForWhatWasWritten() throws InterruptedException {
    assertThat(Directories.isWrittenBack(data)).isTrue();
  }

  @Test
  void whatCantBeMeasuredIsSaid() throws IOException {
    Session session = session();
    session.unmeasured("weight", "there are no scales");
    assertThat(results.toString(StandardCharsets.UTF_8).strip())
        .isEqualTo("UNMEASURED name=weight reason=there are no scales");
    assertThat(session.unmeasured())
        .containsExactly(new Session.Unmeasured("weight", "there are no scales"));
    Path report = data.resolve("report.md");
    Report.write(report, "title", Map.of(), session);
    assertThat(Files.readString(report))
        .contains("| weight | there are no scales | not measured |  | **no** |");
  }

  @Test
  void aPercentileOfFewIsTheLargest() {
    assertThat(Series.percentile(99, 3)).isEqualTo(3);
    assertThat(Series.percentile(99, 7, 50, 1)).isEqualTo(50);
    double[] hundred = DoubleStream.iterate(100, value -> value - 1).limit(100).toArray();
    assertThat(Series.percentile(99, hundred)).isEqualTo(99);
    assertThat(Series.percentile(50, hundred)).isEqualTo(50);
  }
}
