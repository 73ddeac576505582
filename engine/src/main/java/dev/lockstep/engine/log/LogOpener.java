package dev.lockstep.engine.log;

import dev.lockstep.engine.io.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens the segments of a directory: replays the frames behind the checkpoint, and begins a new
 * incarnation whose first segment says where the earlier ones end.
 *
 * <p>{@link FrameWalk} tells damage, which is refused and nothing is changed, from a torn tail,
 * which is never read again. The bytes between W and B are readable, but perhaps only in the memory
 * of the operating system; so they are written again and forced before anything is shown.
 */
final class LogOpener {
  private static final int COPY_BYTES = 1 << 20;

  /** The segment to begin with, and the spares that are kept from new work. */
  private static final int WANTED = 1 + Reserve.KEPT_FROM_NEW_WORK;

  private final SegmentFiles files;
  private final LogScan scan;
  private final SegmentLog.ReplayFrom from;

  LogOpener(
      Storage storage, LogIdentity identity, SegmentLog.ReplayFrom from, FrameHandler replay) {
    this.files = new SegmentFiles(storage, identity);
    this.scan = new LogScan(files, identity, from, replay);
    this.from = from;
  }

  OpenedLog open() throws IOException {
    SegmentSet set = SegmentSet.open(files, from);
    boolean done = false;
    try {
      OpenedLog opened = set.isEmpty() ? first() : repair(set, scan.scan(set.replayed()));
      done = true;
      return opened;
    } finally {
      if (!done) {
        set.close();
      }
    }
  }

  private OpenedLog first() throws IOException {
    scan.checkEmpty();
    files.deleteTemporary();
    boolean scarce = !files.hasRoom(WANTED);
    Segment segment = files.create(0, 1, 0, 0);
    return new OpenedLog(segment, List.of(), List.of(), segment.dataStart(), 0, scarce);
  }

  private OpenedLog repair(SegmentSet set, ScannedLog scanned) throws IOException {
    SegmentChain chain = scanned.chain();
    long end = scanned.end();
    files.deleteTemporary();
    rewrite(chain, Math.max(scanned.watermark(), chain.lastIncarnationStart()), end);
    List<Segment> earlier = new ArrayList<>(set.kept());
    List<Segment> ended = new ArrayList<>(set.kept());
    List<Segment> recyclable = new ArrayList<>(set.free());
    for (SegmentChain.Link link : chain.links()) {
      if (link.segment().base() < end) {
        link.segment().limit(Math.min(link.limit(), end));
        earlier.add(link.segment());
        if (link.sealed() && link.limit() <= end) {
          ended.add(link.segment());
        }
      }
    }
    chain.all().stream().filter(old -> !earlier.contains(old)).forEach(recyclable::add);
    shortenAgain(ended);
    boolean scarce = isScarce(recyclable);
    Segment segment = begin(set.lastNumber() + 1, recyclable, chain.lastIncarnation() + 1, end);
    shorten(earlier.get(earlier.size() - 1)); // not before: only the new header says that it ends
    return new OpenedLog(segment, earlier, recyclable, end, scanned.tornBytes(), scarce);
  }

  /**
   * Gives the room back that the open before did not give back for good. That these segments end
   * there is said by names that must be durable first.
   */
  private void shortenAgain(List<Segment> ended) throws IOException {
    boolean durable = false;
    for (Segment segment : ended) {
      if (hasSurplus(segment)) {
        if (!durable) {
          files.forceNames();
          durable = true;
        }
        shorten(segment);
      }
    }
  }

  private boolean isScarce(List<Segment> recyclable) throws IOException {
    int whole = 0;
    for (Segment segment : recyclable) {
      whole += segment.isWhole() ? 1 : 0;
    }
    return whole < WANTED && !files.hasRoom(WANTED - whole);
  }

  /** Begins with the last one: until then, the numbers of the incarnation may have no gap. */
  private Segment begin(long number, List<Segment> recyclable, int incarnation, long end)
      throws IOException {
    for (int i = recyclable.size() - 1; i >= 0; i--) {
      if (recyclable.get(i).isWhole()) { // any other would need more room
        return files.recycle(recyclable.remove(i), number, incarnation, end, end);
      }
    }
    return files.create(number, incarnation, end, end);
  }

  private void rewrite(SegmentChain chain, long fromPosition, long toPosition) throws IOException {
    ByteBuffer copy = ByteBuffer.allocateDirect(COPY_BYTES);
    for (SegmentChain.Link link : chain.from(fromPosition)) {
      Segment segment = link.segment();
      long at = Math.max(fromPosition, segment.dataStart());
      long end = Math.min(toPosition, link.limit());
      while (at < end) {
        copy.clear().limit((int) Math.min(copy.capacity(), end - at));
        segment.file().read(segment.offsetOf(at), copy);
        copy.flip();
        long length = copy.remaining();
        segment.file().write(segment.offsetOf(at), copy);
        at += length;
      }
      segment.file().force();
    }
  }

  /** Gives the room behind the last frame back, for good; nobody will read there. */
  private static void shorten(Segment segment) throws IOException {
    if (hasSurplus(segment)) {
      segment.file().truncate(segment.offsetOf(segment.limit()));
      segment.file().force();
    }
  }

  private static boolean hasSurplus(Segment segment) throws IOException {
    return segment.offsetOf(segment.limit()) < segment.file().size();
  }
}
