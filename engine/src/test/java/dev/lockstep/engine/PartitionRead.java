package dev.lockstep.engine;

import dev.lockstep.CorruptLogException;
import dev.lockstep.StartFrom;
import dev.lockstep.engine.Ledger.Membership;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a reader of one partition is given before it comes to the end, or to what can't be read.
 *
 * @param deliveries what it is given
 * @param refusal what it is told instead of the next one
 */
record PartitionRead(List<Delivery> deliveries, Optional<String> refusal) {
  private static final String GROUP = "examiner";
  private static final int MANY = 1000;

  /** Who reads. */
  static Membership by(String topic) {
    return new Membership(GROUP, topic);
  }

  /** Reads one partition from an offset on. */
  static PartitionRead of(Engine engine, String topic, int partition, long from) {
    List<Delivery> deliveries = new ArrayList<>();
    try (Subscription member = engine.log().subscribe(GROUP, topic, StartFrom.EARLIEST)) {
      Set<Integer> others = new HashSet<>(member.assignment());
      others.remove(partition);
      member.pause(others);
      member.seek(Map.of(partition, from));
      List<Delivery> some = member.fetch(MANY, Duration.ZERO);
      while (!some.isEmpty()) {
        deliveries.addAll(some);
        some = member.fetch(MANY, Duration.ZERO);
      }
      return new PartitionRead(deliveries, Optional.empty());
    } catch (CorruptLogException e) {
      return new PartitionRead(deliveries, Optional.of(String.valueOf(e.getMessage())));
    }
  }

  List<Long> offsets() {
    return deliveries.stream().map(Delivery::offset).toList();
  }
}
