package dev.lockstep.engine.model;

import dev.lockstep.Groups.GroupInfo;
import dev.lockstep.TopicConfig;
import dev.lockstep.Topics.TopicInfo;
import dev.lockstep.Transactions.AuditRecord;
import dev.lockstep.Transactions.InDoubt;
import dev.lockstep.engine.OpenLog;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Cursor;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** All that an open log shows, at one moment. */
record Observed(
    Map<String, SeenTopic> topics,
    Map<Membership, SeenGroup> groups,
    Map<BranchId, SeenDoubt> inDoubt,
    Map<BranchId, Outcome> heuristics,
    List<AuditRecord> audit) {
  record SeenTopic(TopicConfig config, List<SeenPartition> partitions) {}

  record SeenPartition(long end, List<Delivery> messages) {
    Set<Long> offsets() {
      return messages.stream().map(Delivery::offset).collect(Collectors.toSet());
    }
  }

  record SeenGroup(List<Long> committed, List<Long> lag, long parked, List<String> blockedBy) {}

  record SeenDoubt(Undecided undecided, Optional<InDoubt> info) {}

  /** Looks at everything, until nothing was removed meanwhile. */
  static Observed of(OpenLog open) {
    while (true) {
      Observed seen = look(open);
      if (seen.present().equals(look(open).present())) {
        return seen;
      }
    }
  }

  private static Observed look(OpenLog open) {
    Map<String, SeenTopic> topics = new TreeMap<>();
    for (String name : open.topics().names()) {
      topics.put(name, topic(open, name));
    }
    Map<Membership, SeenGroup> groups = new LinkedHashMap<>();
    for (String group : open.groups().names()) {
      topics.forEach(
          (topic, seen) ->
              open.groups()
                  .find(group, topic)
                  .ifPresent(
                      info ->
                          groups.put(
                              new Membership(group, topic),
                              group(info, seen.config().partitions()))));
    }
    Map<BranchId, SeenDoubt> inDoubt = new LinkedHashMap<>();
    for (Undecided undecided : open.log().undecided(Decider.TRANSACTION_MANAGER)) {
      inDoubt.put(
          undecided.id(),
          new SeenDoubt(undecided, open.transactions().find(undecided.id().toString())));
    }
    Map<BranchId, Outcome> heuristics = new LinkedHashMap<>();
    open.log().heuristics().forEach(by -> heuristics.put(by.id(), by.outcome()));
    return new Observed(topics, groups, inDoubt, heuristics, open.transactions().audit());
  }

  private static SeenTopic topic(OpenLog open, String name) {
    TopicInfo info = open.topics().find(name).orElseThrow();
    List<List<Delivery>> messages = new ArrayList<>();
    for (int i = 0; i < info.config().partitions(); i++) {
      messages.add(new ArrayList<>());
    }
    try (Cursor cursor = open.log().read(name, Set.of())) {
      List<Delivery> some = cursor.fetch(1000, Duration.ZERO);
      while (!some.isEmpty()) {
        some.forEach(delivery -> messages.get(delivery.partition()).add(delivery));
        some = cursor.fetch(1000, Duration.ZERO);
      }
    }
    return new SeenTopic(
        info.config(),
        IntStream.range(0, messages.size())
            .mapToObj(i -> new SeenPartition(info.endOffset(i), messages.get(i)))
            .toList());
  }

  private static SeenGroup group(GroupInfo info, int partitions) {
    List<Long> committed = new ArrayList<>();
    List<Long> lag = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      committed.add(info.committed(i).orElseThrow());
      lag.add(info.lag(i));
    }
    return new SeenGroup(committed, lag, info.parked(), info.blockedBy());
  }

  private List<List<Set<Long>>> present() {
    return topics.values().stream()
        .map(topic -> topic.partitions().stream().map(SeenPartition::offsets).toList())
        .toList();
  }

  /** The offsets that are there. */
  Model.Offsets offsets() {
    return (topic, partition) -> {
      SeenTopic seen = topics.get(topic);
      return seen == null || partition >= seen.partitions().size()
          ? Set.of()
          : seen.partitions().get(partition).offsets();
    };
  }

  /** The end of a partition, 0 if there is none. */
  long end(String topic, int partition) {
    SeenTopic seen = topics.get(topic);
    return seen == null || partition >= seen.partitions().size()
        ? 0
        : seen.partitions().get(partition).end();
  }
}
