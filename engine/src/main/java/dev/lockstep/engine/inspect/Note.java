package dev.lockstep.engine.inspect;

/**
 * Something that is no damage and worth knowing.
 *
 * @param kind what it is
 * @param text the same in words
 */
public record Note(Kind kind, String text) {

  /** What is worth knowing. */
  public enum Kind {
    /** A kill or a power cut left the end of the log unfinished; none of that was acknowledged. */
    TORN_TAIL,
    /** There is no checkpoint, so that an open reads the whole log. */
    NO_CHECKPOINT,
    /** There is a file that the log never reads. */
    UNUSED_FILE,
    /** Something could not be checked: for what is damaged, or a compressor that is not there. */
    NOT_CHECKED
  }
}
