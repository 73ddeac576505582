package dev.lockstep.engine.log;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.log.SegmentLog.ReplayFrom;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The segments of a log that nobody has open, for tools: reads them by the rules of an open,
 * changes nothing, and goes on behind damage. For one thread.
 */
public final class ClosedLog implements AutoCloseable {
  private final LogIdentity identity;
  private final SegmentFiles files;
  private final FrameSeal seal;
  private final ReplayFrom from;
  private final List<SegmentChain.Link> kept = new ArrayList<>();
  private final List<Segment> replayed = new ArrayList<>();
  private final List<Segment> free = new ArrayList<>();
  private final List<Refused> refused = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();
  private final SegmentTable table;

  /** A segment file that an open would refuse, and why. */
  public record Refused(String name, long number, CorruptLogException cause) {}

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
      long expectedBytes) {
    /** The position of a byte of the file. */
    public long positionOf(long at) {
      return firstFrame - SegmentHeader.LENGTH + at;
    }
  }

  /** What a segment file is to the log. */
  public enum Use {
    /** It lies before the checkpoint, which counts on it. */
    KEPT,
    /** An open replays it. */
    REPLAYED,
    /** Its frames are never read again. */
    FREE
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

  private ClosedLog(Storage storage, LogIdentity identity, ReplayFrom from) {
    this.identity = identity;
    this.files = new SegmentFiles(storage, identity);
    this.seal = new FrameSeal(identity.secret().bytes());
    this.from = from;
    this.table = new SegmentTable(seal, files);
  }

  /**
   * Opens the segments of a directory that are sound.
   *
   * @param checkpoint what the checkpoint says of the segments
   */
  public static ClosedLog open(Storage storage, LogIdentity identity, ReplayFrom checkpoint)
      throws IOException {
    ClosedLog log = new ClosedLog(storage, identity, checkpoint);
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
    Map<Long, KeptSegment> named = new TreeMap<>();
    from.kept().forEach(segment -> named.put(segment.number(), segment));
    List<Long> numbers = files.numbers();
    for (long number : numbers) {
      try {
        openSegment(number, Optional.ofNullable(named.remove(number)));
      } catch (CorruptLogException e) {
        refused.add(new Refused(SegmentFiles.name(number), number, e));
      }
    }
    named.keySet().forEach(number -> missing.add(SegmentFiles.name(number)));
    findGaps(numbers);
  }

  private void openSegment(long number, Optional<KeptSegment> known) throws IOException {
    if (number >= from.firstSegment(identity.segmentSize())) {
      Segment segment = files.open(files.header(number));
      replayed.add(segment);
      table.add(segment);
    } else if (known.isPresent()) {
      Segment segment = SegmentSet.openKept(files, known.get());
      long limit = known.get().end();
      kept.add(new SegmentChain.Link(segment, limit, limit < segment.end()));
      table.add(segment);
    } else {
      free.add(files.openFree(number));
    }
  }

  /** From the cut on, the numbers of an incarnation have no gaps. */
  private void findGaps(List<Long> present) {
    long expected = from.firstSegment(identity.segmentSize());
    boolean begun = from.position() > 0 || !present.isEmpty();
    if (begun && !present.contains(expected)) {
      missing.add(SegmentFiles.name(expected));
    }
    for (Segment segment : replayed) {
      if (!segment.header().opensIncarnation()) {
        for (long number = expected + 1; number < segment.number(); number++) {
          if (!present.contains(number)) {
            missing.add(SegmentFiles.name(number));
          }
        }
      }
      expected = segment.number();
    }
  }

  /** The segment files that an open would refuse. */
  public List<Refused> refused() {
    return List.copyOf(refused);
  }

  /** The names of segment files that must be there and are not. */
  public List<String> missing() {
    return List.copyOf(missing);
  }

  /** The segments that are not refused, by number. */
  public List<SegmentInfo> segments() throws IOException {
    List<SegmentInfo> infos = new ArrayList<>();
    for (Segment segment : free) {
      infos.add(info(segment, Use.FREE, segment.dataStart()));
    }
    for (SegmentChain.Link link : kept) {
      infos.add(info(link.segment(), Use.KEPT, link.limit()));
    }
    Map<Segment, Long> limits = new HashMap<>();
    chain().links().forEach(link -> limits.put(link.segment(), link.limit()));
    for (Segment segment : replayed) {
      infos.add(
          limits.containsKey(segment)
              ? info(segment, Use.REPLAYED, limits.get(segment))
              : info(segment, Use.FREE, segment.dataStart()));
    }
    infos.sort(Comparator.comparingLong(SegmentInfo::number));
    return infos;
  }

  private SegmentChain chain() {
    return SegmentChain.of(replayed);
  }

  private static SegmentInfo info(Segment segment, Use use, long limit) throws IOException {
    return new SegmentInfo(
        segment.name(),
        segment.number(),
        use == Use.FREE ? 0 : segment.incarnation(),
        segment.dataStart(),
        limit,
        use,
        segment.file().size(),
        use == Use.FREE ? 0 : segment.offsetOf(limit));
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
  public Extent replay(ReplayFrom start, FrameHandler replay) throws IOException {
    SegmentSet set = SegmentSet.open(files, start);
    try {
      LogScan scan = new LogScan(files, identity, start, replay);
      if (set.isEmpty()) {
        scan.checkEmpty();
        return new Extent(0, 0, 0, 0);
      }
      ScannedLog scanned = scan.scan(set.replayed());
      return new Extent(
          scanned.end(),
          scanned.watermark(),
          scanned.tornBytes(),
          scanned.chain().lastIncarnation());
    } finally {
      set.close();
    }
  }

  /**
   * Walks over the frames of all segments that count, damaged or not.
   *
   * @param start the walk begins with the segment that holds this position, or the next one
   */
  public void walk(long start, FrameVisitor visitor) throws IOException {
    List<SegmentChain.Link> links = new ArrayList<>(kept);
    SegmentChain chain = chain();
    links.addAll(chain.links());
    links.removeIf(link -> link.segment().end() <= start);
    FrameWalk walk = new FrameWalk(chain, seal, from.watermark(), visitor);
    walk.over(0, links);
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
    for (SegmentChain.Link link : kept) {
      link.segment().close();
    }
    for (Segment segment : replayed) {
      segment.close();
    }
    for (Segment segment : free) {
      segment.close();
    }
  }
}
