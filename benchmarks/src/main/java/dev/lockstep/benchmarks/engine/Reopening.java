package dev.lockstep.benchmarks.engine;

import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.benchmarks.harness.Benchmark;
import dev.lockstep.benchmarks.harness.Ratio;
import dev.lockstep.benchmarks.harness.Rounds;
import dev.lockstep.benchmarks.harness.Session;
import dev.lockstep.engine.inspect.ClosedDirectory;
import dev.lockstep.engine.inspect.Overview;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * How long it takes to open a log whose process was killed.
 *
 * <p>A checkpoint is begun whenever the log has grown by a segment, so that the size of the log and
 * that of the segments decide about how far away the last one is. How far it is, the directory says
 * before it is opened.
 */
final class Reopening implements Benchmark {
  private static final long MIB = 1L << 20;
  private static final Log NEAR = new Log(1030 * MIB, 64 * MIB);
  private static final Log FAR = new Log(1030 * MIB, 520 * MIB);
  private static final Log QUICK_NEAR = new Log(5 * MIB, 4 * MIB);
  private static final Log QUICK_FAR = new Log(5 * MIB, 8 * MIB);
  private static final double SECONDS_PER_BYTE = 1.0 / (512 * MIB);
  private static final int KILLS = 3;

  /** How large a log gets before its process is killed, and its segments. */
  private record Log(long bytes, long segmentBytes) {}

  /** What is known of a log before it is opened. */
  private record Found(long bytes, long behind, long messages) {
    double goal() {
      return 1 + behind * SECONDS_PER_BYTE;
    }
  }

  /** One open. */
  private record Opened(Found found, double seconds) {
    double share() {
      return seconds / found.goal();
    }
  }

  @Override
  public String name() {
    return "reopen";
  }

  @Override
  public String description() {
    return "opening a log of 1 GiB whose process was killed, near a checkpoint and far from one";
  }

  @Override
  public void run(Session session) throws Exception {
    session.fact(
        "Reopening",
        "messages of 1 KiB; the process is killed (SIGKILL) while it commits; the files are in the"
            + " page cache");
    if (session.rounds().equals(Rounds.QUICK)) {
      measure(session, "reopen-seconds", 1, QUICK_NEAR);
      measure(session, "reopen-far-seconds", 1, QUICK_FAR);
    } else {
      measure(session, "reopen-seconds", KILLS, NEAR);
      measure(session, "reopen-far-seconds", KILLS, FAR);
    }
  }

  private static void measure(Session session, String name, int kills, Log log) throws Exception {
    List<Opened> all = new ArrayList<>();
    for (int i = 0; i < kills; i++) {
      Path directory = session.directory("reopen");
      long messages = fillAndKill(directory, log);
      Found found = look(directory);
      if (found.messages() < messages) {
        throw lost(messages, found.messages());
      }
      Opened opened = open(directory, log.segmentBytes(), found);
      all.add(opened);
      session.progress(
          String.format(
              Locale.ROOT,
              "reopen: opened in %.3f s, %d MiB behind the checkpoint",
              opened.seconds(),
              found.behind() / MIB));
      session.delete(directory);
    }
    all.sort(Comparator.comparingDouble(Opened::share));
    Opened median = all.get(all.size() / 2);
    session.ratio(
        Ratio.atMost(
            name,
            median.seconds(),
            median.found().goal(),
            "seconds to open a log of "
                + median.found().bytes() / MIB
                + " MiB, "
                + median.found().behind() / MIB
                + " MiB of it behind the checkpoint, after SIGKILL; the median of "
                + kills
                + " by the share of the goal, which is 1 s and 1 s for each 512 MiB behind the"
                + " checkpoint"));
  }

  private static Found look(Path directory) throws IOException {
    try (ClosedDirectory closed = ClosedDirectory.open(directory)) {
      Overview overview = closed.overview();
      if (overview.refusal().isPresent()) {
        throw new IllegalStateException(overview.refusal().get());
      }
      long messages = closed.topics().get(0).partitions().get(0).end();
      return new Found(overview.end(), overview.replayBytes(), messages);
    }
  }

  private static IllegalStateException lost(long sent, long found) {
    return new IllegalStateException(
        "there were " + sent + " messages before the kill, and now there are " + found);
  }

  /** Returns how many messages were committed at the least. */
  private static long fillAndKill(Path directory, Log log)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                ManagementFactory.getRuntimeMXBean().getClassPath(),
                HeldLog.class.getName(),
                directory.toString(),
                Long.toString(log.bytes()),
                Long.toString(log.segmentBytes()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      String line = output.readLine();
      if (line == null || !line.startsWith(HeldLog.FULL)) {
        throw new IllegalStateException("the process that fills a log said '" + line + "'");
      }
      return Long.parseLong(line.substring(HeldLog.FULL.length()));
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  private static Opened open(Path directory, long segmentBytes, Found found) {
    LockstepConfig config =
        LockstepConfig.builder()
            .dataDir(directory)
            .segmentSize(segmentBytes)
            .maxMessageBytes(HeldLog.MAX_MESSAGE_BYTES)
            .build();
    long began = System.nanoTime();
    try (Lockstep lockstep = Lockstep.open(config)) {
      double seconds = (System.nanoTime() - began) / 1e9;
      long end = lockstep.topics().find(HeldLog.TOPIC).orElseThrow().endOffset(0);
      if (end != found.messages()) {
        throw lost(found.messages(), end);
      }
      return new Opened(found, seconds);
    }
  }
}
