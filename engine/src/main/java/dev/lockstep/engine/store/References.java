package dev.lockstep.engine.store;

import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.log.FrameRef;
import dev.lockstep.engine.tx.PreparedBranch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What leads to the frames of one segment, by frame: messages in partitions, and messages of
 * prepared branches. A batch has several. There may be millions of them in a segment, so that they
 * are taken some at a time.
 */
final class References {
  private final Map<Long, ToFrame> frames = new TreeMap<>();
  private final int most;
  private int count;

  private References(int most) {
    this.most = most;
  }

  /** A message in a partition. */
  record Entry(int topic, int partition, long offset) {}

  /** A message of a prepared branch. */
  record Pending(long branch, int index) {}

  /** What leads to a frame. */
  record ToFrame(FrameRef frame, List<Entry> entries, List<Pending> pending) {
    int references() {
      return entries.size() + pending.size();
    }
  }

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

  /**
   * Finds what leads to a segment.
   *
   * @param most how many references are enough; a frame more may have some that are not among them
   */
  static References to(long segment, DerivedState state, long segmentSize, int most)
      throws IOException {
    References found = new References(most);
    state
        .topics()
        .references(
            segment,
            (topic, partition, entry) ->
                found.add(
                    entry.frame(),
                    frame -> frame.entries().add(new Entry(topic, partition, entry.offset()))));
    for (PreparedBranch branch : state.prepared().all()) {
      List<MessageRef> messages = branch.messages();
      for (int i = 0; i < messages.size(); i++) {
        FrameRef frame = messages.get(i).frame();
        if (frame.position() / segmentSize == segment) {
          Pending message = new Pending(branch.body().branch(), i);
          found.add(frame, to -> to.pending().add(message));
        }
      }
    }
    return found;
  }

  /** Adds a reference, unless there are enough and it is to another frame than those. */
  private boolean add(FrameRef frame, Consumer<ToFrame> reference) {
    if (count >= most && !frames.containsKey(frame.position())) {
      return false;
    }
    reference.accept(
        frames.computeIfAbsent(
            frame.position(),
            position -> new ToFrame(frame, new ArrayList<>(1), new ArrayList<>(0))));
    count++;
    return true;
  }

  /** How many references there are. */
  int count() {
    return count;
  }

  /** The frames in units of about so many bytes, and of about so many references. */
  List<Unit> units(long bytes, int references) {
    List<Unit> units = new ArrayList<>();
    List<ToFrame> unit = new ArrayList<>();
    long length = 0;
    int size = 0;
    for (ToFrame frame : frames.values()) {
      boolean fits =
          length + frame.frame().length() <= bytes && size + frame.references() <= references;
      if (!fits && !unit.isEmpty()) {
        units.add(new Unit(unit));
        unit = new ArrayList<>();
        length = 0;
        size = 0;
      }
      unit.add(frame);
      length += frame.frame().length();
      size += frame.references();
    }
    if (!unit.isEmpty()) {
      units.add(new Unit(unit));
    }
    return units;
  }
}
