package dev.lockstep.engine.log;

import dev.lockstep.CorruptLogException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The reading half of an open: replays the frames behind the checkpoint and finds where the log
 * ends. It changes nothing, so that a tool can ask what an open would find.
 */
final class LogScan {
  private final SegmentFiles files;
  private final FrameSeal seal;
  private final SegmentLog.ReplayFrom from;
  private final FrameHandler replay;

  LogScan(
      SegmentFiles files, LogIdentity identity, SegmentLog.ReplayFrom from, FrameHandler replay) {
    this.files = files;
    this.seal = new FrameSeal(identity.secret().bytes());
    this.from = from;
    this.replay = replay;
  }

  /**
   * Scans segments, of which there is at least one.
   *
   * @throws CorruptLogException at the first damage
   */
  ScannedLog scan(List<Segment> all) throws IOException {
    SegmentChain chain = SegmentChain.of(all);
    List<SegmentChain.Link> links = replayed(chain);
    for (SegmentChain.Link link : chain.links()) {
      checkLength(link);
    }
    FrameWalk walk = new FrameWalk(chain, seal, from.watermark(), new Replay());
    long end = walk.over(from.position(), links);
    return new ScannedLog(chain, end, walk.watermark(), walk.bytesBehind());
  }

  /**
   * Checks that a directory without segments may be so.
   *
   * @throws CorruptLogException if there is a checkpoint
   */
  void checkEmpty() {
    if (from.position() > 0 || from.watermark() > 0) {
      throw new CorruptLogException(
          "there is a checkpoint but no segment file in "
              + files.location()
              + "; restore the directory from a backup");
    }
  }

  /** Hands the frames over that are not the log's own, and stops at the first damage. */
  private final class Replay implements FrameVisitor {
    @Override
    public void frame(byte type, long position, int length, ByteBuffer body) {
      if (!Frame.isInternal(type)) {
        replay.frame(type, position, length, body);
      }
    }

    @Override
    public void damaged(String file, long damagedFrom, long to, long durableTo) {
      throw damage(file, damagedFrom, durableTo);
    }
  }

  private List<SegmentChain.Link> replayed(SegmentChain chain) {
    List<SegmentChain.Link> links = chain.from(from.position());
    if (links.isEmpty() && from.lost().isPresent()) {
      throw new CorruptLogException(
          "file '"
              + from.lost().get()
              + "' in "
              + files.location()
              + " is missing or damaged, and the segments at the beginning of the log were given"
              + " back: what it said can't be derived again. Nothing was changed. Restore the directory from a backup,"
              + " together with the databases that it shares transactions with");
    }
    if (links.isEmpty()) {
      throw new CorruptLogException(
          "the checkpoint continues at position "
              + from.position()
              + ", but no segment file in "
              + files.location()
              + " holds it: '"
              + SegmentFiles.name(from.firstSegment(files.segmentSize()))
              + "' is missing; restore the directory from a backup");
    }
    chain
        .missingBehind(links)
        .ifPresent(
            number -> {
              throw missing(number);
            });
    return links;
  }

  private CorruptLogException damage(String file, long position, long durableTo) {
    return new CorruptLogException(
        "file '"
            + file
            + "' in "
            + files.location()
            + " is damaged at byte "
            + position % files.segmentSize()
            + " (position "
            + position
            + "): everything up to position "
            + durableTo
            + " was durable, and from there on it can't be read. Nothing was changed."
            + " Restore the directory from a backup, together with the databases that it shares"
            + " transactions with");
  }

  /** A segment has all its room before it gets its name, and is cut only where it is sealed. */
  private void checkLength(SegmentChain.Link link) throws IOException {
    long length = link.segment().file().size();
    long expected = link.segment().offsetOf(link.limit());
    if (length < expected) {
      throw new CorruptLogException(
          "file '"
              + link.segment().name()
              + "' in "
              + files.location()
              + " ends at byte "
              + length
              + " and had at least "
              + expected
              + " bytes. Nothing was changed. Restore the directory from a backup, together with"
              + " the databases that it shares transactions with");
    }
  }

  private CorruptLogException missing(long number) {
    return new CorruptLogException(
        "file '"
            + SegmentFiles.name(number)
            + "' in "
            + files.location()
            + " is missing, and there are segments before and behind it. "
            + (from.position() == 0
                ? "Or it was given back, and the checkpoint, or an index that it counts on, is what"
                    + " is missing or damaged. "
                : "")
            + "Nothing was changed."
            + " Restore the directory from a backup, together with the databases that it shares"
            + " transactions with");
  }
}
