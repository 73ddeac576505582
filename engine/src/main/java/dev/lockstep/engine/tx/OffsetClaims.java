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
  private final TopicTable topics;
  private final Map<Target, Claim> claims = new LinkedHashMap<>();

  private static final class Claim {
    private final PartitionIndex index;
    private int count;

    Claim(PartitionIndex index) {
      this.index = index;
    }
  }

  OffsetClaims(TopicTable topics) {
    this.topics = topics;
  }

  /** Counts a message. */
  void add(Target target) {
    claims.computeIfAbsent(target, this::none).count++;
  }

  private Claim none(Target target) {
    return new Claim(topics.topic(target.topic()).partition(target.partition()));
  }

  int partitions() {
    return claims.size();
  }

  /** Claims them. Called under the log's lock. */
  List<OffsetRange> claim() {
    List<OffsetRange> ranges = new ArrayList<>(claims.size());
    claims.forEach(
        (target, claim) ->
            ranges.add(
                new OffsetRange(
                    target.topic(),
                    target.partition(),
                    claim.index.claim(claim.count),
                    claim.count)));
    return ranges;
  }

  /** Where a message goes. */
  record Target(int topic, int partition) {}
}
