package dev.lockstep.engine.log;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.log.SegmentLog.ReplayFrom;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The segments of a log that nobody has open, for tools: reads them by the rules of an open,
 * changes nothing, and goes on behind damage. For one thread.
 */
public final class ClosedLog implements AutoCloseable {
  private final LogIdentity identity;
  private final SegmentFiles files;
  private final FrameSeal seal;
  private final List<Segment> segments = new ArrayList<>();
  private final List<Refused> refused = new ArrayList<>();
  private final SegmentTable table;

  /** A segment file that an open would refuse for its header. */
  public record Refused(String name, CorruptLogException cause) {}

  /**
   * A segment file.
   *
   * @param name of the file
   * @param number of the segment
   * @param incarnation the life of the log that filled it
   * @param firstFrame the position of its first frame
   * @param limit the position where its frames end at the latest
   * @param use what the file is to the log
   * @param fileBytes the length of the file
   * @param expectedBytes the least length that it must have
   */
  public record SegmentInfo(
      String name,
      long number,
      int incarnation,
      long firstFrame,
      long limit,
      Use use,
      long fileBytes,
      long expectedBytes) {}

  /** What a segment file is to the log. */
  public enum Use {
    /** A later incarnation says where its frames end. */
    SEALED,
    /** Its frames count, up to the end of the log. */
    IN_USE,
    /** It stands behind the end of its incarnation; its frames are never read again. */
    CUT_OFF
  }

  /**
   * Where a log ends.
   *
   * @param end the position behind its last frame
   * @param watermark up to where everything is known to have been forced
   * @param tornBytes how many bytes of a torn tail stand behind the end
   * @param incarnation the last life of the log
   */
  public record Extent(long end, long watermark, long tornBytes, int incarnation) {}

  private ClosedLog(Storage storage, LogIdentity identity) {
    this.identity = identity;
    this.files = new SegmentFiles(storage, identity);
    this.seal = new FrameSeal(identity.secret().bytes());
    this.table = new SegmentTable(seal, files);
  }

  /** Opens all segments of a directory whose headers are sound. */
  public static ClosedLog open(Storage storage, LogIdentity identity) throws IOException {
    ClosedLog log = new ClosedLog(storage, identity);
    boolean done = false;
    try {
      log.openSegments();
      done = true;
      return log;
    } finally {
      if (!done) {
        log.close();
      }
    }
  }

  private void openSegments() throws IOException {
    for (long number : files.numbers()) {
      try {
        Segment segment = files.open(files.header(number));
        segments.add(segment);
        table.add(segment);
      } catch (CorruptLogException e) {
        refused.add(new Refused(SegmentFiles.name(number), e));
      }
    }
  }

  /** The segment files whose headers are damaged. */
  public List<Refused> refused() {
    return List.copyOf(refused);
  }

  /** The segments, by number. */
  public List<SegmentInfo> segments() throws IOException {
    List<SegmentInfo> infos = new ArrayList<>();
    List<SegmentChain.Link> links = links();
    for (Segment segment : segments) {
      infos.add(info(segment, links));
    }
    return infos;
  }

  private List<SegmentChain.Link> links() {
    return segments.isEmpty() ? List.of() : SegmentChain.of(segments).links();
  }

  private static SegmentInfo info(Segment segment, List<SegmentChain.Link> links)
      throws IOException {
    Use use = Use.CUT_OFF;
    long limit = segment.dataStart();
    for (SegmentChain.Link link : links) {
      if (link.segment() == segment) {
        use = link.sealed() ? Use.SEALED : Use.IN_USE;
        limit = link.limit();
      }
    }
    return new SegmentInfo(
        segment.name(),
        segment.number(),
        segment.incarnation(),
        segment.dataStart(),
        limit,
        use,
        segment.file().size(),
        use == Use.CUT_OFF ? 0 : segment.offsetOf(limit));
  }

  /** The size of a whole segment file. */
  public long segmentSize() {
    return identity.segmentSize();
  }

  /** The name of the segment file that holds a position, whether there is one or not. */
  public String fileOf(long position) {
    return SegmentFiles.name(position / identity.segmentSize());
  }

  /** The byte of its file at which a position is. */
  public long byteOf(long position) {
    return position % identity.segmentSize();
  }

  /**
   * Replays the frames behind a checkpoint, exactly as an open would.
   *
   * @throws CorruptLogException as an open would
   */
  public Extent replay(ReplayFrom from, FrameHandler replay) throws IOException {
    if (!refused.isEmpty()) {
      throw refused.get(0).cause();
    }
    long first = from.firstSegment(identity.segmentSize());
    List<Segment> replayed = segments.stream().filter(old -> old.number() >= first).toList();
    ScannedLog scanned = new LogScan(files, identity, from, replay).scan(replayed);
    return extent(scanned.chain(), scanned.end(), scanned.watermark());
  }

  private static Extent extent(SegmentChain chain, long end, long watermark) throws IOException {
    return new Extent(end, watermark, chain.tornBytes(end), chain.lastIncarnation());
  }

  /**
   * Walks over the frames of all segments, damaged or not.
   *
   * @param from the walk begins with the segment that holds this position, or the next one
   * @param watermark the checkpoint's, 0 if there is none
   */
  public Extent walk(long from, long watermark, FrameVisitor visitor) throws IOException {
    if (segments.isEmpty()) {
      return new Extent(0, watermark, 0, 0);
    }
    SegmentChain chain = SegmentChain.of(segments);
    List<SegmentChain.Link> links =
        chain.links().stream().filter(link -> link.segment().end() > from).toList();
    FrameWalk walk = new FrameWalk(chain, seal, watermark, visitor);
    long end = walk.over(0, links);
    return extent(chain, end, walk.watermark());
  }

  /**
   * Reads frames, as an open log does.
   *
   * @throws CorruptLogException if one is missing or damaged; those before it were handed over
   */
  public void read(List<FrameRef> frames, FrameHandler handler) throws IOException {
    table.read(frames, handler);
  }

  @Override
  public void close() throws IOException {
    for (Segment segment : segments) {
      segment.close();
    }
  }
}
