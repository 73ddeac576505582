package dev.lockstep.engine.inspect;

/** Is told how far long work has come. */
@FunctionalInterface
public interface Progress {
  /** Tells nobody. */
  Progress NONE = (step, done, total) -> {};

  /**
   * A piece of the work is done.
   *
   * @param step what is being done
   * @param done how much of it, in its own unit
   * @param total how much there is, at most
   */
  void at(Step step, long done, long total);

  /** What is being done. */
  enum Step {
    /** Frames are read; the unit is a byte. */
    FRAMES,
    /** Messages are looked up through the indexes; the unit is a message. */
    MESSAGES
  }
}
