package dev.lockstep.benchmarks.engine;

import dev.lockstep.LockstepConfig;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import dev.lockstep.benchmarks.harness.Benchmark;
import dev.lockstep.benchmarks.harness.Load;
import dev.lockstep.benchmarks.harness.Ratio;
import dev.lockstep.benchmarks.harness.Rounds;
import dev.lockstep.benchmarks.harness.Session;
import dev.lockstep.engine.inspect.ClosedDirectory;
import dev.lockstep.engine.inspect.DumpQuery;
import dev.lockstep.engine.inspect.FrameKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What reaches the file system for each byte of a message, all that the engine does included: zeros
 * of new segments, indexes, checkpoints, and the copies of what outlives its neighbours. It is
 * counted once the topics hold as much as they retain and segments are used again.
 */
final class WriteAmplification implements Benchmark {
  private static final Path COUNTERS = Path.of("/proc/self/io");
  private static final String WRITTEN = "wchar: ";
  private static final double GOAL = 1.5;
  private static final int BATCH = 100;
  private static final long MIB = 1 << 20;
  private static final long SEGMENT_BYTES = 16 * MIB;
  private static final int QUICK_FACTOR = 16;

  /** So much is sent before it is counted: by then, segments are used again and none is added. */
  private static final long FILL_BYTES = 384 * MIB;

  /** So much is counted: more than what is copied at a time, or made ahead. */
  private static final long COUNTED_BYTES = 384 * MIB;

  private static final String KEY = "0123456789";

  private static final List<Mix> MIXES =
      List.of(
          new Mix("write-amplification", 1 << 10, List.of(new Share("even", BATCH, 64 * MIB))),
          new Mix("write-amplification-256", 256, List.of(new Share("even", BATCH, 64 * MIB))),
          new Mix(
              "write-amplification-mixed",
              1 << 10,
              List.of(
                  new Share("brief", BATCH * 3 / 4, 16 * MIB),
                  new Share("lasting", BATCH / 4, 64 * MIB))));

  /**
   * A topic.
   *
   * @param topic its name
   * @param messages how many of a batch go to it
   * @param retained how many bytes it keeps
   */
  private record Share(String topic, int messages, long retained) {}

  /** What is sent. */
  private record Mix(String figure, int payloadBytes, List<Share> shares) {
    int messageBytes() {
      return payloadBytes + KEY.length();
    }

    /** Where some outlive those beside them, the figure means something only if they are copied. */
    boolean isMixed() {
      return shares.size() > 1;
    }

    String text() {
      StringBuilder text = new StringBuilder("messages of " + payloadBytes + " bytes");
      for (Share share : shares) {
        text.append(
            String.format(
                Locale.ROOT,
                ", %d of %d to a topic that keeps %d MiB",
                share.messages(),
                BATCH,
                share.retained() / MIB));
      }
      return text.toString();
    }
  }

  @Override
  public String name() {
    return "amplification";
  }

  @Override
  public String description() {
    return "what is written for each byte of a message: of 1 KiB, of 256 B, of two life times";
  }

  @Override
  public void run(Session session) throws Exception {
    session.fact(
        "Write amplification",
        "what the process handed to the operating system (wchar of "
            + COUNTERS
            + "), zeros of new segments, indexes, copies and checkpoints included, by keys and"
            + " payloads; batches of "
            + BATCH
            + ", each forced; segments of 16 MiB; from the moment when the topics are full");
    for (Mix mix : MIXES) {
      if (written().isPresent()) {
        measure(session, mix);
      } else {
        session.unmeasured(mix.figure(), "there is no " + COUNTERS + ", which only Linux has");
      }
    }
  }

  private static void measure(Session session, Mix mix) throws Exception {
    session.progress("amplification: " + mix.text());
    Path directory = session.directory("amplification");
    int factor = session.rounds().equals(Rounds.QUICK) ? QUICK_FACTOR : 1;
    LockstepConfig.Builder config =
        LockstepConfig.builder()
            .dataDir(directory)
            .segmentSize(SEGMENT_BYTES / factor)
            .maxMessageBytes(1 << 16);
    long before;
    long messages;
    double framed;
    try (OpenLog log = OpenLog.open(config)) {
      for (Share share : mix.shares()) {
        long retained = share.retained() / factor;
        log.lockstep().topics().create(TopicConfig.of(share.topic()).retainBytes(retained));
      }
      Load.Step step = sender(log, mix);
      send(step, FILL_BYTES / factor / mix.messageBytes());
      before = written().orElseThrow();
      long framedBefore = log.forces().bytes();
      messages = send(step, COUNTED_BYTES / factor / mix.messageBytes());
      framed = log.forces().bytes() - framedBefore;
    }
    double written = written().orElseThrow() - before;
    double copied = copied(directory);
    if (mix.isMixed() && copied == 0) {
      session.unmeasured(mix.figure(), "nothing was copied");
    } else {
      session.ratio(
          Ratio.atMost(
              mix.figure(),
              written / (messages * mix.messageBytes()),
              GOAL,
              String.format(
                  Locale.ROOT,
                  "bytes written for each byte of a message, %.2f of them in frames: %s; %,d"
                      + " messages; %.0f %% of the messages that the log holds are copies",
                  framed / (messages * mix.messageBytes()),
                  mix.text(),
                  messages,
                  copied * 100)));
    }
    session.delete(directory);
  }

  private static long send(Load.Step step, long atLeast) throws Exception {
    long sent = 0;
    while (sent < atLeast) {
      sent += step.run();
    }
    return sent;
  }

  private static Load.Step sender(OpenLog log, Mix mix) {
    byte[] payload = Payloads.of(mix.payloadBytes());
    List<Producer<byte[]>> producers =
        mix.shares().stream()
            .flatMap(
                share -> {
                  Producer<byte[]> producer = log.lockstep().producer(share.topic(), byte[].class);
                  return Collections.nCopies(share.messages(), producer).stream();
                })
            .toList();
    return () ->
        log.lockstep()
            .inTransaction(
                () -> {
                  producers.forEach(producer -> producer.send(KEY, payload));
                  return producers.size();
                });
  }

  /** How much of the messages that stand in a log's segments was copied there. */
  private static double copied(Path directory) throws IOException {
    try (ClosedDirectory closed = ClosedDirectory.open(directory)) {
      double copies = bytes(closed, FrameKind.COPY);
      return copies / (copies + bytes(closed, FrameKind.MESSAGE));
    }
  }

  private static long bytes(ClosedDirectory closed, FrameKind kind) throws IOException {
    AtomicLong bytes = new AtomicLong();
    DumpQuery query =
        new DumpQuery(
            0,
            Long.MAX_VALUE,
            Set.of(kind),
            Optional.empty(),
            OptionalInt.empty(),
            OptionalLong.empty(),
            Long.MAX_VALUE);
    closed.dump(query, frame -> bytes.addAndGet(frame.length()), damage -> {});
    return bytes.get();
  }

  /** What this process has handed to the operating system so far, where that is counted. */
  private static Optional<Long> written() throws IOException {
    if (!Files.isReadable(COUNTERS)) {
      return Optional.empty();
    }
    return Files.readAllLines(COUNTERS).stream()
        .filter(line -> line.startsWith(WRITTEN))
        .map(line -> Long.valueOf(line.substring(WRITTEN.length())))
        .findFirst();
  }
}
