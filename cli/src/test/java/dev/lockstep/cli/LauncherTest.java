package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command as a process: what it ends with if it can't begin, or can't say what it found. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  private static final String CLASS = "cli/target/classes/dev/lockstep/cli/LockstepTool.class";

  @TempDir Path root;

  private record Ended(int status, String error) {}

  /** A checkout that looks as if it were built. */
  @BeforeEach
  void build() throws IOException {
    Files.copy(Path.of("..", "lockstep"), root.resolve("lockstep"));
    Files.createDirectories(root.resolve("cli/target/lib"));
    Files.createDirectories(root.resolve(CLASS).getParent());
    Files.createFile(root.resolve(CLASS));
  }

  /** A Java that says so of itself, and else ends as the tool might. */
  private void java(String version, int status) throws IOException {
    Path java = root.resolve("jdk/bin/java");
    Files.createDirectories(java.getParent());
    Files.writeString(
        java,
        """
        #!/bin/sh
        if [ "$1" = -version ]; then
          echo 'Picked up JAVA_TOOL_OPTIONS: -Dx=1' >&2
          echo '%s' >&2
          exit
        fi
        exit %d
        """
            .formatted(version, status));
    assertThat(java.toFile().setExecutable(true)).isTrue();
  }

  private Ended launch() throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder("sh", root.resolve("lockstep").toString(), "verify", "nowhere");
    builder.environment().put("JAVA_HOME", root.resolve("jdk").toString());
    return end(builder.start());
  }

  private static Ended end(Process process) throws IOException, InterruptedException {
    try (InputStream error = process.getErrorStream()) {
      String text = new String(error.readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(process.waitFor(), text);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "java version \"1.8.0_301\"",
    "openjdk version \"9\"",
    "openjdk version \"11.0.2\" 2019-01-15",
    "openjdk version \"16-ea\" 2021-03-16",
    "something else"
  })
  void refusesAJavaThatIsTooOld(String version) throws IOException, InterruptedException {
    java(version, 1);
    Ended ended = launch();
    assertThat(ended.status()).isEqualTo(LockstepTool.FAILED);
    assertThat(ended.error()).contains("is too old", "17 or later").doesNotContain("at dev.");
  }

  @ParameterizedTest
  @CsvSource({
    "openjdk version \"17\" 2021-09-14, 0",
    "openjdk version \"17.0.19\" 2026-04-21, 1",
    "openjdk version \"26-ea\" 2026-03-17, 3",
    "java version \"100.1\", 2"
  })
  void endsWithTheStatusOfTheTool(String version, int status)
      throws IOException, InterruptedException {
    java(version, status);
    assertThat(launch()).isEqualTo(new Ended(status, ""));
  }

  @Test
  void saysThatThereIsNoJavaOrNoBuild() throws IOException, InterruptedException {
    Ended missing = launch();
    assertThat(missing.status()).isEqualTo(LockstepTool.FAILED);
    assertThat(missing.error()).contains("no java in JAVA_HOME");
    java("openjdk version \"17\"", 0);
    Files.delete(root.resolve(CLASS));
    Ended unbuilt = launch();
    assertThat(unbuilt.status()).isEqualTo(LockstepTool.FAILED);
    assertThat(unbuilt.error()).contains("not built yet", "./mvnw");
  }

  /** There is a file on Linux that is always full. */
  @Test
  void saysSoIfItsOutputCantBeWritten() throws IOException, InterruptedException {
    File full = new File("/dev/full");
    assumeTrue(full.exists());
    List<String> command =
        Stream.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                ManagementFactory.getRuntimeMXBean().getClassPath(),
                LockstepTool.class.getName(),
                "--help")
            .toList();
    Ended ended = end(new ProcessBuilder(command).redirectOutput(full).start());
    assertThat(ended.status()).isEqualTo(LockstepTool.FAILED);
    assertThat(ended.error()).contains("the output can't be written");
  }
}
