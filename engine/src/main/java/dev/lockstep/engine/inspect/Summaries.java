package dev.lockstep.engine.inspect;

import dev.lockstep.Groups.GroupInfo;
import dev.lockstep.engine.group.GroupView;
import dev.lockstep.engine.index.IndexEntry;
import dev.lockstep.engine.index.PartitionIndex;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.inspect.GroupSummary.GroupPartition;
import dev.lockstep.engine.inspect.Overview.AuditSummary;
import dev.lockstep.engine.inspect.Overview.HeuristicSummary;
import dev.lockstep.engine.inspect.Overview.InDoubtSummary;
import dev.lockstep.engine.inspect.TopicSummary.PartitionSummary;
import dev.lockstep.engine.store.DerivedState;
import dev.lockstep.engine.tx.PreparedBranch;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Makes summaries of what is derived. */
final class Summaries {
  private Summaries() {}

  static List<TopicSummary> topics(DerivedState state) throws IOException {
    List<TopicSummary> topics = new ArrayList<>();
    for (String name : state.topics().names()) {
      TopicState topic = state.topics().topic(name);
      List<PartitionSummary> partitions = new ArrayList<>();
      for (int i = 0; i < topic.partitionCount(); i++) {
        partitions.add(partition(i, topic.partition(i)));
      }
      topics.add(new TopicSummary(topic.id(), topic.config(), partitions));
    }
    return topics;
  }

  private static PartitionSummary partition(int number, PartitionIndex index) throws IOException {
    Count count = new Count();
    IndexWalk.over(index, (file, entries) -> count.add(entries));
    return new PartitionSummary(number, index.first(), index.end(), count.messages, count.bytes);
  }

  /** Messages and their bytes; those that share a frame count it once. */
  private static final class Count {
    private long messages;
    private long bytes;
    private long last = -1;

    void add(List<IndexEntry> entries) {
      for (IndexEntry entry : entries) {
        messages++;
        if (entry.frame().position() != last) {
          last = entry.frame().position();
          bytes += entry.frame().length();
        }
      }
    }
  }

  static List<GroupSummary> groups(DerivedState state) {
    List<GroupSummary> groups = new ArrayList<>();
    for (String group : state.groups().names()) {
      for (String name : state.topics().names()) {
        TopicState topic = state.topics().topic(name);
        Optional<GroupView> view = state.groups().view(group, topic);
        view.ifPresent(found -> groups.add(group(group, topic, found)));
      }
    }
    return groups;
  }

  private static GroupSummary group(String group, TopicState topic, GroupInfo info) {
    List<GroupPartition> partitions =
        IntStream.range(0, topic.partitionCount())
            .mapToObj(
                i ->
                    new GroupPartition(i, info.committed(i), topic.partition(i).end(), info.lag(i)))
            .toList();
    return new GroupSummary(
        group,
        topic.name(),
        info.lag(),
        info.parked(),
        info.waiting(),
        info.blockedBy(),
        partitions);
  }

  static List<InDoubtSummary> inDoubt(DerivedState state) {
    return state.prepared().all().stream().map(branch -> inDoubt(state, branch)).toList();
  }

  private static InDoubtSummary inDoubt(DerivedState state, PreparedBranch branch) {
    Map<String, Integer> messages = new TreeMap<>();
    branch
        .messages()
        .forEach(
            message ->
                messages.merge(state.topics().topic(message.topic()).name(), 1, Integer::sum));
    List<String> groups =
        branch.body().acks().stream().map(ack -> ack.group()).distinct().sorted().toList();
    return new InDoubtSummary(
        branch.body().id().toString(),
        branch.path(),
        Instant.ofEpochMilli(branch.body().since()),
        messages,
        groups);
  }

  static List<HeuristicSummary> heuristics(DerivedState state) {
    return state.resolutions().heuristics().stream()
        .map(
            branch ->
                new HeuristicSummary(
                    branch.body().id().toString(),
                    branch.path(),
                    Instant.ofEpochMilli(branch.body().since()),
                    branch.outcome().name(),
                    Instant.ofEpochMilli(branch.time()),
                    branch.reason(),
                    state.topics().byName(branch.messages())))
        .toList();
  }

  static List<AuditSummary> audit(DerivedState state) {
    return state.resolutions().audit().stream()
        .map(
            record ->
                new AuditSummary(
                    Instant.ofEpochMilli(record.time()),
                    record.action(),
                    record.id().toString(),
                    record.resolve(),
                    record.decision().name(),
                    record.actor().user(),
                    record.actor().host(),
                    record.actor().pid(),
                    record.reason()))
        .toList();
  }
}
