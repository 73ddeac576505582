package dev.lockstep.engine.inspect;

import dev.lockstep.engine.index.IndexEntry;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.log.FrameRef;
import dev.lockstep.engine.store.DerivedState;
import dev.lockstep.engine.tx.PreparedBranch;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Counts the bytes of messages that are referred to, by segment. */
final class LiveBytes {
  private final long segmentSize;
  private final Map<Long, Long> bySegment = new HashMap<>();
  private long last = -1;

  LiveBytes(long segmentSize) {
    this.segmentSize = segmentSize;
  }

  void add(DerivedState state) throws IOException {
    for (TopicState topic : state.topics().all()) {
      for (int i = 0; i < topic.partitionCount(); i++) {
        last = -1;
        IndexWalk.over(
            topic.partition(i),
            (file, entries) -> entries.stream().map(IndexEntry::frame).forEach(this::add));
      }
    }
    for (PreparedBranch branch : state.prepared().all()) {
      last = -1;
      branch.messages().stream().map(MessageRef::frame).forEach(this::add);
    }
  }

  /** Neighbours that share a frame count it once. */
  private void add(FrameRef frame) {
    if (frame.position() != last) {
      last = frame.position();
      bySegment.merge(last / segmentSize, (long) frame.length(), Long::sum);
    }
  }

  long of(long segment) {
    return bySegment.getOrDefault(segment, 0L);
  }
}
