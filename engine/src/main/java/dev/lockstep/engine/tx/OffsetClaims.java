package dev.lockstep.engine.tx;

import dev.lockstep.engine.frame.CommitBody.OffsetRange;
import dev.lockstep.engine.index.PartitionIndex;
import dev.lockstep.engine.index.TopicTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How many offsets a branch needs in each partition; counted ahead, claimed under the lock. */
final class OffsetClaims {
  private final List<Claim> claims = new ArrayList<>();

  private record Claim(Target target, PartitionIndex index, int count) {}

  OffsetClaims(TopicTable topics, List<Target> messages) {
    Map<Target, Integer> counts = new LinkedHashMap<>();
    messages.forEach(target -> counts.merge(target, 1, Integer::sum));
    counts.forEach(
        (target, count) ->
            claims.add(
                new Claim(
                    target, topics.topic(target.topic()).partition(target.partition()), count)));
  }

  int partitions() {
    return claims.size();
  }

  /** Claims them. Called under the log's lock. */
  List<OffsetRange> claim() {
    List<OffsetRange> ranges = new ArrayList<>(claims.size());
    for (Claim claim : claims) {
      ranges.add(
          new OffsetRange(
              claim.target().topic(),
              claim.target().partition(),
              claim.index().claim(claim.count()),
              claim.count()));
    }
    return ranges;
  }

  /** Where a message goes. */
  record Target(int topic, int partition) {}
}
