package dev.lockstep.benchmarks.xa;

import dev.lockstep.benchmarks.harness.Sample;
import dev.lockstep.benchmarks.harness.Subject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/** A process in which a contender runs when it is its turn. */
final class ContenderProcess implements AutoCloseable {
  private static final Duration PATIENCE_AT_THE_END = Duration.ofSeconds(30);

  private final Contender contender;
  private final Process process;
  private final BufferedReader answers;
  private long transactions;
  private long forces;

  private ContenderProcess(Contender contender, Process process) {
    this.contender = contender;
    this.process = process;
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  static ContenderProcess start(Contender contender, String jdbcUrl, Path directory)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-") || argument.startsWith("--enable-"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Xms512m",
            "-Xmx512m",
            "-Dorg.jboss.logging.provider=slf4j",
            "-cp",
            System.getProperty("java.class.path"),
            ContenderMain.class.getName(),
            contender.name(),
            jdbcUrl,
            directory.toString()));
    ContenderProcess started =
        new ContenderProcess(
            contender,
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    started.answer(); // it is ready
    return started;
  }

  Contender contender() {
    return contender;
  }

  /** Runs on so many threads. */
  Subject subject(int threads) {
    return time -> run(threads, time);
  }

  private Sample run(int threads, Duration time) throws IOException {
    String order = threads + " " + time.toNanos() + "\n";
    process.getOutputStream().write(order.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    Turn turn = Turn.parse(answer());
    transactions += turn.sample().operations();
    forces += turn.forces();
    return turn.sample();
  }

  /** Since the last question, if there is a log to force. */
  OptionalDouble forcesPerTransaction() {
    OptionalDouble found =
        forces == 0 || transactions == 0
            ? OptionalDouble.empty()
            : OptionalDouble.of((double) forces / transactions);
    forces = 0;
    transactions = 0;
    return found;
  }

  private String answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("the process of " + contender.title() + " has ended; see above");
    }
    return line;
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (process.waitFor(PATIENCE_AT_THE_END.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (IOException e) {
      System.err.println("bench: " + contender.title() + " did not end in order: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
