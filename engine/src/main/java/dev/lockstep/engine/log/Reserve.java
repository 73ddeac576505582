package dev.lockstep.engine.log;

/**
 * Says how many spare segments a unit needs to find, so that what more urgent units will need is
 * left behind it. Two spares are kept from new work: one for the decisions of prepared branches,
 * and one for moving messages, which gives room back. Decisions that need more than a segment have
 * more.
 *
 * <p>Guarded by the writer's lock.
 */
final class Reserve {
  private final long segmentBytes;
  private long decisions;

  /**
   * An empty reserve.
   *
   * @param segmentBytes the room for frames in a segment
   */
  Reserve(long segmentBytes) {
    this.segmentBytes = segmentBytes;
  }

  /** Reserves bytes for a decision, or gives them back. */
  void add(long bytes) {
    decisions += bytes;
  }

  /**
   * How many spares there must be before a unit is appended.
   *
   * @param rolls how many of them it uses itself
   * @param left how many bytes it leaves free in the last segment that it uses
   * @param more how many bytes it adds to the reserve
   */
  int sparesFor(Urgency urgency, int rolls, long left, long more) {
    return rolls
        + switch (urgency) {
          case NEW_WORK -> newWorkLeaves(left, decisions + more);
          case RECLAIM -> Math.max(1, segments(decisions - left));
          case DECISION -> 0;
        };
  }

  private int newWorkLeaves(long left, long needed) {
    // A segment that has just begun has the room that one of the two spares would give.
    return left - segmentBytes / 2 >= needed ? 1 : Math.max(2, 1 + segments(needed - left));
  }

  /** How many segments so many bytes of frames need; some room is lost at the end of each. */
  private int segments(long bytes) {
    long usable = segmentBytes - segmentBytes / 8;
    return bytes <= 0 ? 0 : Math.toIntExact((bytes + usable - 1) / usable);
  }
}
