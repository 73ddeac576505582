package dev.lockstep.engine.log;

import java.io.IOException;
import java.util.List;

/**
 * Walks over the frames of a chain of segments in log order, and tells damage from a torn tail.
 *
 * <p>B is the first position of the last incarnation without a valid frame, W the largest watermark
 * found anywhere. B &lt; W is damage: bytes that a force had covered are gone. B &ge; W is a torn
 * tail: what stands behind B was never acknowledged, and the walk ends there. In an earlier
 * incarnation, and before the end that a later one names, every frame was durable.
 */
final class FrameWalk {
  private final SegmentChain chain;
  private final FrameSeal seal;
  private final FrameVisitor visitor;
  private long watermark;
  private long bytesBehind;

  /**
   * A walk.
   *
   * @param chain the segments
   * @param seal recognises the frames of the log
   * @param watermark the largest one known before the walk, such as the checkpoint's
   * @param visitor takes what is found
   */
  FrameWalk(SegmentChain chain, FrameSeal seal, long watermark, FrameVisitor visitor) {
    this.chain = chain;
    this.seal = seal;
    this.watermark = Math.max(watermark, chain.headerWatermark());
    this.visitor = visitor;
  }

  /** The largest watermark that was seen; that of the whole log once {@link #over} has returned. */
  long watermark() {
    return watermark;
  }

  /** How many bytes there are behind the end that {@link #over} has returned. */
  long bytesBehind() {
    return bytesBehind;
  }

  /**
   * Visits the frames from a position on.
   *
   * @param from where to begin, in the first of the links
   * @param links the links to walk over
   * @return where the frames end: the position B of a torn tail
   */
  long over(long from, List<SegmentChain.Link> links) throws IOException {
    long end = from;
    for (SegmentChain.Link link : links) {
      long start = Math.max(from, link.segment().dataStart());
      SegmentCursor cursor = new SegmentCursor(link.segment(), seal, start, link.limit());
      boolean torn = !walk(link, cursor);
      end = cursor.next();
      if (torn || !visitor.wantsMore()) {
        return end;
      }
    }
    observeBehind(end);
    return end;
  }

  /** Whether the frames go on behind this link. */
  private boolean walk(SegmentChain.Link link, SegmentCursor cursor) throws IOException {
    boolean found = cursor.advance();
    while (visitor.wantsMore()) {
      if (found) {
        visit(cursor);
        if (cursor.type() == Frame.END && !link.sealed()) {
          return true;
        }
        found = cursor.advance();
      } else {
        long bad = cursor.next();
        if (isComplete(link, bad)) {
          return true;
        }
        if (isTorn(link, bad)) {
          return false;
        }
        found = cursor.search();
        long resumed = found ? cursor.position() : link.limit();
        visitor.damaged(link.segment().name(), bad, resumed, durableTo(link));
        if (!found) {
          return true;
        }
      }
    }
    return true;
  }

  private void visit(SegmentCursor cursor) {
    if (cursor.type() == Frame.WATERMARK) {
      watermark = Math.max(watermark, cursor.body().getLong());
    }
    visitor.frame(cursor.type(), cursor.position(), cursor.length(), cursor.body());
  }

  private static boolean isComplete(SegmentChain.Link link, long position) {
    return link.sealed()
        ? position == link.limit()
        : link.limit() - position < FrameDescriptor.SMALLEST_GROUP;
  }

  private boolean isTorn(SegmentChain.Link link, long bad) throws IOException {
    if (isOver(link) || bad < watermark) {
      return false;
    }
    observeBehind(bad);
    return bad >= watermark;
  }

  private void observeBehind(long position) throws IOException {
    SegmentChain.Behind behind = chain.behind(seal, position);
    watermark = Math.max(watermark, behind.watermark());
    bytesBehind = behind.bytes();
  }

  /** Whether everything in a link was durable before the last incarnation began. */
  private boolean isOver(SegmentChain.Link link) {
    return link.sealed() || chain.isBeforeLastIncarnation(link);
  }

  private long durableTo(SegmentChain.Link link) {
    return isOver(link) ? link.limit() : watermark;
  }
}
