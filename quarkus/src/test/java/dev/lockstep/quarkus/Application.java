package dev.lockstep.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The packaged application in a process of its own. Its log is on the standard error. */
final class Application implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;

  private Application(Process process) {
    this.process = process;
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  static Application start(Path directory, String jdbcUrl) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Dshop.database=" + jdbcUrl,
            "-Dshop.directory=" + directory,
            // A pass every second instead of every two minutes, with one second in it.
            "-DRecoveryEnvironmentBean.periodicRecoveryPeriod=1",
            "-DRecoveryEnvironmentBean.recoveryBackoffPeriod=1",
            // What is undecided is rolled back two seconds after it is first seen, and not 20.
            "-DJTAEnvironmentBean.orphanSafetyInterval=2000",
            "-jar",
            System.getProperty("lockstep.quarkus.application"));
    return new Application(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** Has it do something, and says what it answers. */
  List<String> ask(String what, String customer) throws IOException {
    order(what, customer);
    List<String> lines = new ArrayList<>();
    for (String line = answers.readLine(); !".".equals(line); line = answers.readLine()) {
      assertThat(line).as("what follows " + lines).isNotNull();
      lines.add(line);
    }
    return lines;
  }

  List<String> ask(String what) throws IOException {
    return ask(what, "");
  }

  /** Has it halt in the middle of something. */
  void halt(String how, String customer) throws IOException, InterruptedException {
    order(how, customer);
    assertThat(answers.readLine()).isNull();
    awaitEnd(137);
  }

  /** Has it end in good order. */
  void end() throws IOException, InterruptedException {
    process.getOutputStream().close();
    awaitEnd(0);
  }

  private void awaitEnd(int status) throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(status);
  }

  private void order(String what, String customer) throws IOException {
    process
        .getOutputStream()
        .write((what + " " + customer + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
