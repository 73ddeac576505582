package dev.lockstep.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of the test's own, with its class path, and what it says. */
final class Child implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;

  private Child(Process process) {
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  static Child start(Class<?> main, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dorg.jboss.logging.provider=slf4j",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(arguments));
    return new Child(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** The next line, which must begin as given; returns the rest of it. */
  String expect(String beginning) throws IOException {
    String line = output.readLine();
    assertThat(line).as("what the process says").startsWith(beginning);
    return line.substring(beginning.length());
  }

  /** The lines up to the end of the process, which must be an orderly one. */
  List<String> end() throws IOException, InterruptedException {
    List<String> rest = output.lines().toList();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(() -> "status of a process that said " + rest).isZero();
    return rest;
  }

  /** What it has said and nobody has read, up to its end. */
  List<String> rest() {
    return output.lines().toList();
  }

  void order(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** SIGKILL. What it has said can be read still. */
  void kill() throws InterruptedException {
    process.toHandle().destroyForcibly(); // the process itself would close its output
    process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
