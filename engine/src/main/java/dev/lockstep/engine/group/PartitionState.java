package dev.lockstep.engine.group;

import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.frame.GroupBody.Place;
import dev.lockstep.engine.frame.Park;
import dev.lockstep.engine.frame.Range;
import java.util.Optional;

/** A partition, as one group sees it. Guarded by the group's lock. */
final class PartitionState {
  private final Progress progress;
  private final Holds holds = new Holds();
  private final Window window;

  PartitionState(Place place) {
    this.progress = new Progress(place);
    this.window = new Window(progress, holds);
  }

  /** What is consumed and what is parked. */
  Progress progress() {
    return progress;
  }

  /** What undecided branches hold. */
  Holds holds() {
    return holds;
  }

  /** What is in sight of a group that consumes in key order. */
  Window window() {
    return window;
  }

  /** Why an acknowledgement in partition order is not valid now; empty if it is. */
  Optional<String> refusalInOrder(Ack ack) {
    if (!holds.isEmpty()) {
      return holds.any().map(fence -> "everything is held by " + fence.holder());
    }
    long at = progress.committed();
    for (Range range : ack.ranges()) {
      if (range.from() != at) {
        return Optional.of(
            "it goes on at offset " + at + " and the acknowledgement starts at " + range.from());
      }
      at = range.to();
    }
    long behind = at;
    return ack.parks().stream()
        .filter(park -> park.offset() < behind)
        .findFirst()
        .map(park -> "offset " + park.offset() + " is parked, and later ones are acknowledged");
  }

  /** Why an acknowledgement in key order is not valid now; empty if it is. */
  Optional<String> refusalByKey(Ack ack) {
    for (Range range : ack.ranges()) {
      Optional<Fence> holder = holds.holder(range);
      if (holder.isPresent()) {
        return Optional.of("some of offsets " + range + " is held by " + holder.get().holder());
      }
    }
    for (Park park : ack.parks()) {
      Optional<Fence> holder = holds.holder(park.range());
      if (holder.isPresent()) {
        return Optional.of("offset " + park.offset() + " is held by " + holder.get().holder());
      }
    }
    return window.refusal(ack);
  }

  /** Why the group itself can't acknowledge what is gone; empty if it can. */
  Optional<String> refusalOfGaps(Ack ack) {
    return window.gaps().containsAll(ack.ranges())
        ? Optional.empty()
        : Optional.of("some of offsets " + ack.ranges() + " will be consumed with a message");
  }

  void hold(Ack ack, Fence fence) {
    holds.hold(ack, fence);
    window.hold(ack);
  }

  void release(Ack ack, long branch) {
    holds.release(branch);
    window.release(ack);
  }

  void commit(Ack ack, long branch) {
    holds.release(branch);
    window.commit(ack);
    ack.ranges().forEach(progress::acknowledge);
    ack.parks().forEach(progress::park);
  }

  /** Messages are gone: those that were parked keep nobody waiting any more. */
  void dropped(long[] offsets) {
    if (progress.parked() > 0) {
      for (long offset : offsets) {
        if (progress.unpark(offset)) {
          window.forget(offset);
        }
      }
    }
  }

  void moveTo(long offset) {
    progress.moveTo(offset);
    window.clear();
  }
}
