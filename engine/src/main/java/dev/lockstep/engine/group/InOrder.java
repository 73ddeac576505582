package dev.lockstep.engine.group;

import dev.lockstep.LockstepException;
import dev.lockstep.engine.frame.Park;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.spi.Subscription.Delivery;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Fetches for a member that consumes in partition order, from its positions on. */
final class InOrder implements Fetcher {
  private final GroupState group;
  private final Positions positions;
  private final Reading reading;

  InOrder(GroupState group, Positions positions, Reading reading) {
    this.group = group;
    this.positions = positions;
    this.reading = reading;
  }

  /**
   * What there is to read.
   *
   * @param resets how often the positions had been set back
   */
  private record Offer(List<Slice> slices, long due, long resets) {}

  @Override
  public Fetched fetch(int max) {
    TopicState topic = group.topic();
    Offer offer =
        reading.visibility().look(() -> group.with(partitions -> offer(topic, partitions, max)));
    List<Delivery> deliveries = new ArrayList<>();
    List<Slice.Read> reads = new ArrayList<>();
    Optional<LockstepException> failure = Optional.empty();
    for (Slice slice : offer.slices()) {
      if (deliveries.size() < max) {
        try {
          reads.add(slice.read(topic, reading, max - deliveries.size(), deliveries));
        } catch (LockstepException e) {
          reading.log().checkOpen(); // when that is over, nothing else counts
          failure = Optional.of(e);
        }
      }
    }
    if (failure.isPresent() && deliveries.isEmpty()) {
      throw failure.get(); // else what is sound comes first, and the next fetch throws
    }
    if (!group.with(partitions -> advance(offer.resets(), reads))) {
      return new Fetched(List.of(), Next.NOW, offer.due());
    }
    return new Fetched(deliveries, reads.isEmpty() ? Next.ON_CHANGE : Next.NOW, offer.due());
  }

  private Offer offer(TopicState topic, List<PartitionState> partitions, int max) {
    long now = reading.clock().millis();
    List<Slice> slices = new ArrayList<>();
    long due = NEVER;
    long left = max;
    for (int number : positions.turn()) {
      PartitionState partition = partitions.get(number);
      if (left <= 0 || !partition.holds().isEmpty() || positions.isPaused(number)) {
        continue;
      }
      Progress progress = partition.progress();
      long end = topic.partition(number).end();
      long next = positions.next(number, progress.committed());
      long from = progress.skip(Math.max(next, topic.partition(number).first()));
      if (from >= end) {
        continue;
      }
      Optional<Park> park = progress.park(from);
      if (park.isPresent() && park.get().until() > now) {
        due = Math.min(due, park.get().until());
        continue;
      }
      long to = park.isPresent() ? from + 1 : progress.stop(from, end);
      int attempt = park.map(Park::attempt).orElse(0) + Slice.FIRST_ATTEMPT;
      long covered = positions.covered(number, progress.committed());
      slices.add(new Slice(number, from, to, covered, attempt));
      left -= to - from;
    }
    return new Offer(slices, due, positions.resets());
  }

  /** Moves the positions behind what was read, unless they were set back meanwhile. */
  private boolean advance(long resets, List<Slice.Read> reads) {
    if (positions.resets() != resets) {
      return false;
    }
    for (Slice.Read read : reads) {
      positions.moveTo(read.partition(), read.next(), read.covered());
    }
    return true;
  }
}
