package dev.lockstep.engine.store;

import dev.lockstep.engine.io.OutOfSpaceException;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.store.Evacuator.Effort;
import dev.lockstep.engine.store.Evacuator.Live;
import java.io.IOException;
import java.util.Optional;

/**
 * Writes checkpoints, which give dead segments free, and has nearly dead ones emptied. What is
 * copied for that stays in proportion to what was appended, unless the disk is full. For the
 * store's thread.
 */
final class Reclaimer {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  /** One byte may be copied for so many that are appended. */
  private static final int APPENDED_FOR_COPIED = 2;

  /** How many segments' worth of copies may be saved up. */
  private static final int MAX_SAVED_SEGMENTS = 4;

  private final Store store;
  private final SegmentLog log;
  private final Evacuator evacuator;
  private long allowance;
  private long copied;
  private boolean outOfSpace;

  Reclaimer(Store store, DerivedState state, SegmentLog log) {
    this.store = store;
    this.log = log;
    this.evacuator = new Evacuator(state, log);
  }

  /**
   * Writes a checkpoint, and empties segments.
   *
   * @param written how many bytes were written to the log since the last time
   * @return how many segments were given free
   */
  int run(long written) throws IOException {
    allowance += Math.max(0, written - copied) / APPENDED_FOR_COPIED;
    allowance = Math.min(allowance, MAX_SAVED_SEGMENTS * log.segmentSize());
    copied = 0;
    int released = 0;
    long moved;
    do {
      Optional<Live> live = checkpoint();
      released += live.map(Live::released).orElse(0);
      moved = live.isPresent() ? evacuate(live.get()) : 0;
      copied += moved;
    } while (moved > 0);
    return released;
  }

  private long evacuate(Live live) {
    if (log.isOutOfSpace()) {
      return evacuator.run(live, log.segmentSize() / 2, Effort.URGENT);
    }
    long moved = evacuator.run(live, allowance, Effort.NORMAL);
    allowance -= moved;
    return moved;
  }

  /** Writes a checkpoint; says what it counts on, unless there was no room for it. */
  Optional<Live> checkpoint() throws IOException {
    try {
      Live live = checkpointOnAFullDisk();
      outOfSpace = false;
      return Optional.of(live);
    } catch (OutOfSpaceException e) {
      if (!outOfSpace) {
        outOfSpace = true;
        LOGGER.log(
            System.Logger.Level.WARNING,
            "LSTP-0312: no room for a checkpoint; the next open takes longer, and no room is given"
                + " back. Free space on that disk; it is tried again. {0}",
            e.getMessage());
      }
      return Optional.empty();
    }
  }

  /** Takes the room of a spare segment if there is no other: a checkpoint may give more back. */
  private Live checkpointOnAFullDisk() throws IOException {
    try {
      return store.checkpoint(log);
    } catch (OutOfSpaceException e) {
      if (!log.lendRoom()) {
        throw e;
      }
      try {
        return store.checkpoint(log);
      } finally {
        log.endLoan();
      }
    }
  }
}
