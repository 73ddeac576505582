package dev.lockstep.benchmarks.schedules;

import dev.lockstep.benchmarks.harness.Sample;
import dev.lockstep.benchmarks.peers.Timers;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/** Timers that are scheduled and cancelled in turn, while many others are pending. */
final class Chunk {
  /** How many timers are scheduled or cancelled between two looks at the clock. */
  static final int STEP = 1_000;

  private static final Duration LEAST = Duration.ofMinutes(5);
  private static final Duration MOST = Duration.ofMinutes(15);

  private static final int SHARE = 4;
  private static final long SEED = 20250101;
  private static final long HIGHEST_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int DIGITS = 3;

  private final Timers timers;
  private final long[] delays;

  /** Of the timers, in the order in which they are cancelled: scheduled they are in that too. */
  private final int[] numbers;

  /** What a round tells of. */
  enum Measured {
    /** How timers are scheduled. */
    SCHEDULING,
    /** How they are cancelled. */
    CANCELLING
  }

  private Chunk(Timers timers, int pending) {
    Delays random = new Delays(LEAST, MOST);
    IntStream.range(0, pending).forEach(number -> timers.schedule(number, random.next()));
    this.timers = timers;
    this.delays = IntStream.range(0, size(pending)).mapToLong(place -> random.next()).toArray();
    List<Integer> shuffled =
        IntStream.range(pending, pending + delays.length).boxed().collect(Collectors.toList());
    Collections.shuffle(shuffled, new Random(SEED));
    this.numbers = shuffled.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Has so many timers pending, and makes a chunk beside them. */
  static Chunk beside(int pending, Timers timers) throws InterruptedException {
    Chunk chunk = new Chunk(timers, pending);
    timers.settle();
    return chunk;
  }

  /** How large a chunk is. */
  static int size(int pending) {
    return pending / SHARE;
  }

  /** Schedules and cancels them until the time is over. */
  Sample run(Duration time, Measured measured) throws InterruptedException {
    Timing scheduling = new Timing();
    Timing cancelling = new Timing();
    long deadline = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < deadline) {
      scheduling.all(numbers.length, place -> timers.schedule(numbers[place], delays[place]));
      timers.settle();
      cancelling.all(numbers.length, place -> timers.cancel(numbers[place]));
      timers.settle();
    }
    return (measured == Measured.SCHEDULING ? scheduling : cancelling).sample();
  }

  /** What was done so far, and how long it took. */
  private static final class Timing {
    private final Histogram steps = new Histogram(HIGHEST_NANOS, DIGITS);
    private long done;
    private long nanos;

    private void all(int size, IntConsumer work) {
      for (int from = 0; from < size; from += STEP) {
        int to = Math.min(from + STEP, size);
        long began = System.nanoTime();
        for (int place = from; place < to; place++) {
          work.accept(place);
        }
        long took = System.nanoTime() - began;
        steps.recordValue(Math.min(took, HIGHEST_NANOS));
        nanos += took;
      }
      done += size;
    }

    private Sample sample() {
      return Sample.of(done, nanos, steps);
    }
  }
}
