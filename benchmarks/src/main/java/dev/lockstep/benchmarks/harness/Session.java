package dev.lockstep.benchmarks.harness;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One run of a suite: where benchmarks put their data, tell their progress, and leave what they
 * found.
 */
public final class Session {
  private final Path data;
  private final Rounds rounds;
  private final PrintStream results;
  private final PrintStream progress;
  private final long began = System.nanoTime();
  private final List<Ratio> ratios = new ArrayList<>();
  private final List<Measurement> measurements = new ArrayList<>();
  private final List<Fact> facts = new ArrayList<>();
  private final List<Unmeasured> unmeasured = new ArrayList<>();
  private final List<Path> directories = new ArrayList<>();
  private Optional<Duration> forceTime = Optional.empty();

  /** A series, and the comparison that it belongs to. */
  record Measurement(String comparison, Series series) {}

  /** Something that the report says in words. */
  record Fact(String about, String text) {}

  /** A figure that could not be measured, and why. */
  public record Unmeasured(String name, String reason) {}

  /**
   * A session.
   *
   * @param data an existing directory
   * @param rounds how long things are measured
   * @param results where the lines of the ratios go
   * @param progress where progress is told
   */
  public Session(Path data, Rounds rounds, PrintStream results, PrintStream progress) {
    this.data = data;
    this.rounds = rounds;
    this.results = results;
    this.progress = progress;
  }

  /** How long things are measured. */
  public Rounds rounds() {
    return rounds;
  }

  /** A new, empty directory. */
  public Path directory(String name) throws IOException {
    Path directory = Files.createTempDirectory(data, name + "-");
    directories.add(directory);
    return directory;
  }

  /** Deletes a directory that is not needed any more; the others go when it is {@link #settle}d. */
  public void delete(Path directory) throws IOException {
    directories.remove(directory);
    Directories.delete(directory);
  }

  /**
   * Deletes all directories, and waits until the disk has nothing left to write, if the figures
   * mean anything: what comes next meets an idle machine.
   */
  public void settle() throws IOException, InterruptedException {
    for (Path directory : List.copyOf(directories)) {
      delete(directory);
    }
    if (!rounds.equals(Rounds.QUICK) && !Directories.isWrittenBack(data)) {
      progress("(there is no command sync: what was written may load what comes next)");
    }
  }

  /** Tells what goes on. */
  public void progress(String text) {
    long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds();
    progress.println("[" + seconds + " s] " + text);
  }

  /** Reports a figure that has a goal. */
  public void ratio(Ratio ratio) {
    ratios.add(ratio);
    results.println(ratio.line());
  }

  /** Reports that a figure could not be measured: the run fails, once all others are. */
  public void unmeasured(String name, String reason) {
    unmeasured.add(new Unmeasured(name, reason));
    results.println("UNMEASURED name=" + name + " reason=" + reason);
  }

  /** The figures that could not be measured. */
  public List<Unmeasured> unmeasured() {
    return List.copyOf(unmeasured);
  }

  /** Says something in the report: how a peer is set up, what a figure leaves out. */
  public void fact(String about, String text) {
    facts.add(new Fact(about, text));
    progress("(" + about + ": " + text + ")");
  }

  /** Sets the median time that a write and a force took, on an idle machine, one thread. */
  public void forceTime(Duration median) {
    forceTime = Optional.of(median);
  }

  void measured(String comparison, Series series) {
    measurements.add(new Measurement(comparison, series));
  }

  List<Ratio> ratios() {
    return ratios;
  }

  List<Measurement> measurements() {
    return measurements;
  }

  List<Fact> facts() {
    return facts;
  }

  Optional<Duration> forceTime() {
    return forceTime;
  }
}
