package dev.lockstep.benchmarks.engine;

import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.benchmarks.harness.Benchmark;
import dev.lockstep.benchmarks.harness.Ratio;
import dev.lockstep.benchmarks.harness.Rounds;
import dev.lockstep.benchmarks.harness.Series;
import dev.lockstep.benchmarks.harness.Session;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/**
 * How long it takes to open a log whose process was killed.
 *
 * <p>A checkpoint is written whenever the log has grown by a segment, so what lies behind the
 * newest one is what is left of the log's bytes when they are divided by the segment size.
 */
final class Reopening implements Benchmark {
  private static final long MIB = 1L << 20;
  private static final long BYTES = 1030 * MIB;
  private static final long QUICK_BYTES = 6 * MIB;

  /** The next checkpoint would come 10 MiB after the kill: 510 MiB are behind the last one. */
  private static final long RARE_CHECKPOINTS = 520 * MIB;

  private static final long DEFAULT_CHECKPOINTS = 64 * MIB;
  private static final double SECONDS_PER_BYTE = 1.0 / (512 * MIB);
  private static final int KILLS = 3;

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
      measure(session, "reopen-seconds", 1, QUICK_BYTES, DEFAULT_CHECKPOINTS);
    } else {
      measure(session, "reopen-seconds", KILLS, BYTES, DEFAULT_CHECKPOINTS);
      measure(session, "reopen-far-seconds", KILLS, BYTES, RARE_CHECKPOINTS);
    }
  }

  private static void measure(Session session, String name, int kills, long bytes, long segmentSize)
      throws Exception {
    double[] seconds = new double[kills];
    for (int i = 0; i < kills; i++) {
      Path directory = session.directory("reopen");
      fillAndKill(directory, bytes, segmentSize);
      seconds[i] = open(directory, segmentSize);
      session.progress(String.format(Locale.ROOT, "reopen: opened in %.3f s", seconds[i]));
      session.delete(directory);
    }
    long behind = bytes % segmentSize;
    session.ratio(
        Ratio.atMost(
            name,
            Series.median(seconds),
            1 + behind * SECONDS_PER_BYTE,
            "seconds to open a log of "
                + bytes / MIB
                + " MiB, "
                + behind / MIB
                + " MiB of it behind the checkpoint, after SIGKILL"));
  }

  private static void fillAndKill(Path directory, long bytes, long segmentSize)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                ManagementFactory.getRuntimeMXBean().getClassPath(),
                HeldLog.class.getName(),
                directory.toString(),
                Long.toString(bytes),
                Long.toString(segmentSize))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      String line = output.readLine();
      if (!HeldLog.FULL.equals(line)) {
        throw new IllegalStateException("the process that fills a log said '" + line + "'");
      }
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  private static double open(Path directory, long segmentSize) {
    LockstepConfig config =
        LockstepConfig.builder().dataDir(directory).segmentSize(segmentSize).build();
    long began = System.nanoTime();
    try (Lockstep lockstep = Lockstep.open(config)) {
      double seconds = (System.nanoTime() - began) / 1e9;
      if (lockstep.topics().find(HeldLog.TOPIC).isEmpty()) {
        throw new IllegalStateException("the log that was opened again has lost its topic");
      }
      return seconds;
    }
  }
}
