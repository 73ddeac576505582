package dev.lockstep.benchmarks.harness;

import java.time.Duration;

/**
 * Something that takes messages from one place and puts them to another, on several threads, each
 * message in a transaction of its own.
 */
public interface Pipeline {
  /** Puts messages where they are taken from, evenly for all threads; not measured. */
  void load(int messages) throws Exception;

  /** Takes and puts for about that long. */
  Sample run(Duration time) throws Exception;

  /**
   * As a subject: there are always more messages than a round takes.
   *
   * @param pipeline the pipeline
   * @param firstRate how many a second it takes at most, for the first round
   */
  static Subject subject(Pipeline pipeline, double firstRate) {
    return new Subject() {
      private static final double MARGIN = 1.5;

      private double rate = firstRate;
      private long left;

      @Override
      public void prepare(Duration time) throws Exception {
        long wanted = (long) (MARGIN * rate * time.toNanos() / 1e9);
        if (left < wanted) {
          pipeline.load(Math.toIntExact(wanted - left));
          left = wanted;
        }
      }

      @Override
      public Sample run(Duration time) throws Exception {
        Sample sample = pipeline.run(time);
        left -= sample.operations();
        rate = sample.rate();
        return sample;
      }
    };
  }
}
