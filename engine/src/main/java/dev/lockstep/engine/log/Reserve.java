package dev.lockstep.engine.log;

/**
 * Says how many spare segments a unit needs to find, so that what more urgent units will need is
 * left behind it. When the disk has no room for more, three are kept from new work: one for the
 * decisions of prepared branches, one for what gives room back, and one for the next open, which
 * begins a segment. Decisions that need more than a segment have more. What consumes messages may
 * use three quarters of the second one; the last is left to what then removes and moves messages.
 *
 * <p>Guarded by the writer's lock.
 */
final class Reserve {
  /** For decisions, for giving room back and for the next open. */
  static final int KEPT_FROM_NEW_WORK = 3;

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
   * @param outOfSpace whether there was no room for another spare
   */
  int sparesFor(Urgency urgency, int rolls, long left, long more, boolean outOfSpace) {
    return rolls
        + switch (urgency) {
          case NEW_WORK -> behindNewWork(rolls, left, more, outOfSpace);
          case CONSUMPTION ->
              left < segmentBytes / 4
                  ? behindNewWork(rolls, left, more, outOfSpace)
                  : Math.min(
                      behindNewWork(rolls, left, more, outOfSpace), behindReclaim(left, more));
          case RECLAIM -> behindReclaim(left, 0);
          case BY_HAND -> 1 + segments(decisions + more - left);
          case DECISION -> 0;
        };
  }

  private int behindNewWork(int rolls, long left, long more, boolean outOfSpace) {
    return rolls == 0 && !outOfSpace && left - segmentBytes / 2 >= decisions + more
        ? 1 // more are being made, and this segment has room enough for the others
        : Math.max(KEPT_FROM_NEW_WORK, 2 + segments(decisions + more - left));
  }

  private int behindReclaim(long left, long more) {
    return Math.max(2, 1 + segments(decisions + more - left));
  }

  /** How many segments so many bytes of frames need; some room is lost at the end of each. */
  private int segments(long bytes) {
    long usable = segmentBytes - segmentBytes / 8;
    return bytes <= 0 ? 0 : Math.toIntExact((bytes + usable - 1) / usable);
  }
}
