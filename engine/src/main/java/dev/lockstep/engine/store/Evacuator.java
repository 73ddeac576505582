package dev.lockstep.engine.store;

import dev.lockstep.CorruptLogException;
import dev.lockstep.DiskFullException;
import dev.lockstep.TooLargeException;
import dev.lockstep.engine.index.LiveBytes;
import dev.lockstep.engine.log.FrameRef;
import dev.lockstep.engine.log.KeptSegment;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.log.Urgency;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Moves what is alive out of segments that are nearly dead, so that the next checkpoint gives them
 * free. As long as there is room, that waits until more of the log is dead than alive: most
 * segments die by themselves soon after they began to, and what is copied is written twice. For the
 * store's thread.
 */
final class Evacuator {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");
  private static final long UNIT_BYTES = 1 << 20;

  /** How many references are switched in one go, while commits and consumers wait. */
  private static final int UNIT_REFERENCES = 1 << 13;

  /**
   * How many are switched before a checkpoint is due: until then, each takes memory beside the
   * index, and while its segment is looked through, too.
   */
  private static final int MOST_REFERENCES = 1 << 16;

  private final DerivedState state;
  private final SegmentLog log;
  private final long unitBytes;
  private final Set<Long> stuck = new HashSet<>();
  private int moved;

  /** How much of a segment must be dead before what is left is worth a copy. */
  enum Effort {
    /** Half of it, if more of the log is: a byte that is copied gives at least another one back. */
    NORMAL(2),
    /** A quarter, while there is no room for another segment. */
    URGENT(4);

    private final int deadPart;

    Effort(int deadPart) {
      this.deadPart = deadPart;
    }

    private boolean isWorth(long live, long length) {
      return (length - live) * deadPart > length;
    }
  }

  Evacuator(DerivedState state, SegmentLog log) {
    this.state = state;
    this.log = log;
    this.unitBytes = Math.min(UNIT_BYTES, log.segmentSize() / 4);
  }

  /**
   * Empties segments, those first that have least in them, until so much has moved that it wants a
   * checkpoint.
   *
   * @param live what a checkpoint that was just written counts on
   * @param allowance how many bytes may be copied
   * @return how many bytes were written for that
   */
  long run(Live live, long allowance, Effort effort) {
    long copied = 0;
    moved = 0;
    long alive = live.bytes().total();
    long dead = dead(live);
    for (KeptSegment victim : victims(live, effort)) {
      if (effort == Effort.NORMAL && dead <= alive) {
        break;
      }
      long left = live.bytes().of(victim.number());
      if (moved < MOST_REFERENCES && copied + left <= allowance) {
        copied += empty(victim);
        dead -= length(victim) - left;
      }
    }
    return copied;
  }

  private long dead(Live live) {
    return live.segments().stream()
        .mapToLong(segment -> length(segment) - live.bytes().of(segment.number()))
        .sum();
  }

  private List<KeptSegment> victims(Live live, Effort effort) {
    LiveBytes bytes = live.bytes();
    return live.segments().stream()
        .filter(segment -> bytes.of(segment.number()) > 0)
        .filter(segment -> !stuck.contains(segment.number()))
        .filter(segment -> !live.spilled().contains(segment.number()))
        .filter(segment -> effort.isWorth(bytes.of(segment.number()), length(segment)))
        .sorted(
            Comparator.comparingDouble(
                segment -> (double) bytes.of(segment.number()) / length(segment)))
        .toList();
  }

  /** A segment that was cut short has only the room that it has. */
  private long length(KeptSegment segment) {
    return segment.end() - segment.number() * log.segmentSize();
  }

  /** Copies what is alive in a segment, unit by unit. */
  private long empty(KeptSegment victim) {
    long copied = 0;
    try {
      int most = MOST_REFERENCES - moved;
      References references = References.to(victim.number(), state, log.segmentSize(), most);
      moved += references.count();
      for (References.Unit unit : references.units(unitBytes, UNIT_REFERENCES)) {
        copied += copy(unit);
      }
    } catch (DiskFullException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "no room to move messages", e);
    } catch (CorruptLogException | TooLargeException | IOException e) { // appends throw none of it
      stuck.add(victim.number());
      LOGGER.log(
          System.Logger.Level.WARNING,
          "LSTP-0315: segment {0} can't be given back, since not all in it can be moved: {1}",
          victim.number(),
          e.toString());
    }
    return copied;
  }

  private long copy(References.Unit unit) throws IOException {
    List<FrameRef> frames = unit.frames();
    MoveUnit move = new MoveUnit(state, unit);
    log.read(frames, move);
    log.append(move, Urgency.RECLAIM).await();
    return frames.stream().mapToLong(FrameRef::length).sum() + move.closingLength();
  }

  /**
   * What a checkpoint counts on.
   *
   * @param segments the segments before its cut that hold something
   * @param bytes how much is alive in each
   * @param spilled the segments that hold frames of branches that are still active
   * @param released how many segments it has given free
   */
  record Live(List<KeptSegment> segments, LiveBytes bytes, Set<Long> spilled, int released) {
    Live {
      segments = List.copyOf(segments);
      spilled = Set.copyOf(spilled);
    }
  }
}
