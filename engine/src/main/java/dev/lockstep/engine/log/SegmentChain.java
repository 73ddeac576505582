package dev.lockstep.engine.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The segments of a directory in the order in which their frames follow one another, over all
 * incarnations. Where an incarnation was cut, its later segments are left out.
 */
final class SegmentChain {
  private final List<Link> links;
  private final List<Segment> all;

  /**
   * A segment of the chain.
   *
   * @param segment the segment
   * @param limit where its frames end at the latest
   * @param sealed whether a later incarnation says that they end exactly there
   */
  record Link(Segment segment, long limit, boolean sealed) {}

  private SegmentChain(List<Link> links, List<Segment> all) {
    this.links = links;
    this.all = all;
  }

  /**
   * Chains segments.
   *
   * @param all all segments of the directory, at least one, by number
   */
  static SegmentChain of(List<Segment> all) {
    List<Link> links = new ArrayList<>();
    long end = Long.MAX_VALUE;
    for (int i = all.size() - 1; i >= 0; i--) {
      Segment segment = all.get(i);
      if (segment.base() < end) {
        boolean sealed = end <= segment.end();
        links.add(0, new Link(segment, sealed ? end : segment.end(), sealed));
      }
      if (segment.header().opensIncarnation()) {
        end = Math.min(end, segment.header().previousEnd());
      }
    }
    return new SegmentChain(links, all);
  }

  List<Link> links() {
    return List.copyOf(links);
  }

  /** All segments of the directory, also those that are left out of the chain. */
  List<Segment> all() {
    return List.copyOf(all);
  }

  int lastIncarnation() {
    return links.isEmpty() ? 0 : last().incarnation();
  }

  private Segment last() {
    return links.get(links.size() - 1).segment();
  }

  /** Where the first frame of the last incarnation is. */
  long lastIncarnationStart() {
    return links.stream()
        .map(Link::segment)
        .filter(segment -> segment.incarnation() == lastIncarnation())
        .mapToLong(Segment::dataStart)
        .min()
        .orElseThrow();
  }

  boolean isBeforeLastIncarnation(Link link) {
    return link.segment().incarnation() != lastIncarnation();
  }

  boolean contains(Segment segment) {
    return links.stream().anyMatch(link -> link.segment() == segment);
  }

  /**
   * The links from the one that holds a position. A gap in the numbers of one incarnation ends the
   * list: what stands behind it does not follow.
   */
  List<Link> from(long position) {
    List<Link> found = new ArrayList<>();
    for (Link link : links) {
      if (found.isEmpty()) {
        if (position <= link.limit() && position >= link.segment().base()) {
          found.add(link);
        }
      } else if (follows(found.get(found.size() - 1), link)) {
        found.add(link);
      } else {
        break;
      }
    }
    return found;
  }

  /** The number of the segment that is missing, if links do not lead to the end of the chain. */
  Optional<Long> missingBehind(List<Link> followed) {
    Link last = followed.get(followed.size() - 1);
    return last.segment() == last() ? Optional.empty() : Optional.of(last.segment().number() + 1);
  }

  private static boolean follows(Link before, Link link) {
    return before.sealed()
        ? link.segment().header().opensIncarnation()
        : link.segment().number() == before.segment().number() + 1;
  }

  long headerWatermark() {
    return all.stream().mapToLong(segment -> segment.header().watermark()).max().orElse(0);
  }

  /**
   * What stands behind a position of the last incarnation, where the frames that follow one another
   * end.
   *
   * @param watermark the largest one in a valid frame, 0 without one
   * @param bytes how many bytes there are, in each segment up to the end of its last valid frame,
   *     or of the one that was begun there; what follows may be a part of a frame, or what the file
   *     held before it was this segment
   */
  record Behind(long watermark, long bytes) {}

  Behind behind(FrameSeal seal, long position) throws IOException {
    long watermark = 0;
    long bytes = 0;
    for (Segment segment : all) {
      if (segment.incarnation() == lastIncarnation() && segment.end() > position) {
        long from = Math.max(position, segment.dataStart());
        SegmentCursor cursor = new SegmentCursor(segment, seal, from, segment.end());
        long end = from + cursor.begun();
        while (cursor.search()) {
          end = cursor.next();
          if (cursor.type() == Frame.WATERMARK) {
            watermark = Math.max(watermark, cursor.body().getLong());
          }
        }
        bytes += end - from;
      }
    }
    return new Behind(watermark, bytes);
  }
}
