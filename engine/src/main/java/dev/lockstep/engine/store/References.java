package dev.lockstep.engine.store;

import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.log.FrameRef;
import dev.lockstep.engine.tx.PreparedBranch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that leads to the frames of one segment, by frame: messages in partitions, and messages of
 * prepared branches. A batch has several.
 */
final class References {
  private final Map<Long, ToFrame> frames = new TreeMap<>();

  private References() {}

  /** A message in a partition. */
  record Entry(int topic, int partition, long offset) {}

  /** A message of a prepared branch. */
  record Pending(long branch, int index) {}

  /** What leads to a frame. */
  record ToFrame(FrameRef frame, List<Entry> entries, List<Pending> pending) {}

  /** Frames that are copied together, by position. */
  record Unit(List<ToFrame> references) {
    List<FrameRef> frames() {
      return references.stream().map(ToFrame::frame).toList();
    }

    int entries() {
      return references.stream().mapToInt(frame -> frame.entries().size()).sum();
    }

    int pending() {
      return references.stream().mapToInt(frame -> frame.pending().size()).sum();
    }
  }

  /** Finds what leads to a segment. */
  static References to(long segment, DerivedState state, long segmentSize) throws IOException {
    References found = new References();
    state
        .topics()
        .references(
            segment,
            (topic, partition, entry) ->
                found
                    .frame(entry.frame())
                    .entries()
                    .add(new Entry(topic, partition, entry.offset())));
    for (PreparedBranch branch : state.prepared().all()) {
      List<MessageRef> messages = branch.messages();
      for (int i = 0; i < messages.size(); i++) {
        FrameRef frame = messages.get(i).frame();
        if (frame.position() / segmentSize == segment) {
          found.frame(frame).pending().add(new Pending(branch.body().branch(), i));
        }
      }
    }
    return found;
  }

  private ToFrame frame(FrameRef frame) {
    return frames.computeIfAbsent(
        frame.position(), position -> new ToFrame(frame, new ArrayList<>(1), new ArrayList<>(0)));
  }

  /** The frames in units of about so many bytes. */
  List<Unit> units(long bytes) {
    List<Unit> units = new ArrayList<>();
    List<ToFrame> unit = new ArrayList<>();
    long length = 0;
    for (ToFrame frame : frames.values()) {
      if (length + frame.frame().length() > bytes && !unit.isEmpty()) {
        units.add(new Unit(unit));
        unit = new ArrayList<>();
        length = 0;
      }
      unit.add(frame);
      length += frame.frame().length();
    }
    if (!unit.isEmpty()) {
      units.add(new Unit(unit));
    }
    return units;
  }
}
