package dev.lockstep.engine.tx;

import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.frame.CommitBody;
import dev.lockstep.engine.frame.CommitBody.OffsetRange;
import dev.lockstep.engine.frame.CommitBody.Phase;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.index.PartitionIndex;
import dev.lockstep.engine.index.TopicTable;
import dev.lockstep.engine.log.Frame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How many offsets a branch needs in each partition; counted ahead, claimed under the lock. */
final class OffsetClaims {
  /** Up to here a list is searched; a map would be most of what a small branch allocates. */
  private static final int FEW = 8;

  private final TopicTable topics;
  private List<Claim> claims = List.of();
  private Map<Target, Claim> byTarget = Map.of();

  private static final class Claim {
    private final Target target;
    private final PartitionIndex index;
    private int count;

    Claim(Target target, PartitionIndex index) {
      this.target = target;
      this.index = index;
    }

    void claim(Frame commit) {
      CommitBody.putRange(commit, target.topic(), target.partition(), index.claim(count), count);
    }

    OffsetRange range() {
      return new OffsetRange(target.topic(), target.partition(), index.claim(count), count);
    }
  }

  OffsetClaims(TopicTable topics) {
    this.topics = topics;
  }

  /** Forgets what was counted. */
  void clear() {
    claims = List.of();
    byTarget = Map.of();
  }

  /** Counts a message. */
  void add(Target target) {
    claim(target).count++;
  }

  /** Counts messages. */
  void addAll(List<MessageRef> messages) {
    for (int i = 0; i < messages.size(); i++) { // for each commit: without an iterator
      MessageRef message = messages.get(i);
      add(new Target(message.topic(), message.partition()));
    }
  }

  private Claim claim(Target target) {
    if (claims.size() > FEW) {
      return byTarget().computeIfAbsent(target, this::added);
    }
    for (int i = 0; i < claims.size(); i++) {
      if (claims.get(i).target.equals(target)) {
        return claims.get(i);
      }
    }
    return added(target);
  }

  private Map<Target, Claim> byTarget() {
    if (byTarget.isEmpty()) {
      byTarget = new HashMap<>();
      claims.forEach(claim -> byTarget.put(claim.target, claim));
    }
    return byTarget;
  }

  private Claim added(Target target) {
    Claim claim = new Claim(target, topics.topic(target.topic()).partition(target.partition()));
    claims = Few.plus(claims, claim);
    return claim;
  }

  int partitions() {
    return claims.size();
  }

  /** Claims them. Called under the log's lock. */
  List<OffsetRange> claim() {
    List<OffsetRange> ranges = new ArrayList<>(claims.size());
    claims.forEach(claim -> ranges.add(claim.range()));
    return ranges;
  }

  /** Claims them and makes the frame of their commit. Called under the log's lock. */
  Frame claim(long branch, long time, Phase phase, List<Ack> acks) {
    Frame commit = CommitBody.begin(branch, time, phase, claims.size(), acks);
    for (int i = 0; i < claims.size(); i++) {
      claims.get(i).claim(commit);
    }
    return CommitBody.end(commit, acks);
  }

  /** Where a message goes. */
  record Target(int topic, int partition) {}
}
