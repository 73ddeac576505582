package dev.lockstep.engine.model;

import dev.lockstep.Transactions.AuditRecord;
import dev.lockstep.engine.model.Model.TopicModel;
import dev.lockstep.engine.model.Observed.SeenDoubt;
import dev.lockstep.engine.model.Observed.SeenGroup;
import dev.lockstep.engine.model.Observed.SeenPartition;
import dev.lockstep.engine.model.Observed.SeenTopic;
import dev.lockstep.engine.model.PartitionModel.Placed;
import dev.lockstep.spi.Subscription.Delivery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/** Says where a log and its model differ. */
final class Comparison {
  private final Model model;
  private final Observed seen;
  private final List<String> differences = new ArrayList<>();

  private Comparison(Model model, Observed seen) {
    this.model = model;
    this.seen = seen;
  }

  static List<String> differences(Model model, Observed seen) {
    Comparison comparison = new Comparison(model, seen);
    comparison.topics();
    comparison.groups();
    comparison.inDoubt();
    comparison.same("decided by hand", model.heuristics(), seen.heuristics());
    comparison.audit();
    return comparison.differences;
  }

  private void same(String what, Object expected, Object actual) {
    if (!Objects.equals(expected, actual)) {
      differences.add(what + ": expected " + expected + ", found " + actual);
    }
  }

  private void topics() {
    same("topics", model.topics().keySet(), seen.topics().keySet());
    model
        .topics()
        .forEach(
            (name, topic) -> {
              SeenTopic found = seen.topics().get(name);
              if (found != null) {
                topic(name, topic, found);
              }
            });
  }

  private void topic(String name, TopicModel topic, SeenTopic found) {
    same("configuration of " + name, topic.config(), found.config());
    for (int i = 0; i < Math.min(topic.partitions().size(), found.partitions().size()); i++) {
      partition(name + "/" + i, topic.partitions().get(i), found.partitions().get(i));
    }
  }

  private void partition(String where, PartitionModel expected, SeenPartition found) {
    same("end of " + where, expected.end(), found.end());
    List<Long> offsets = expected.entries().stream().map(Placed::offset).toList();
    same("offsets of " + where, offsets, found.messages().stream().map(Delivery::offset).toList());
    for (int i = 0; i < Math.min(offsets.size(), found.messages().size()); i++) {
      message(where, expected.entries().get(i), found.messages().get(i));
    }
  }

  private void message(String where, Placed expected, Delivery found) {
    same("id at " + where + "@" + expected.offset(), expected.sent().id(), found.id());
    if (!expected.sent().isSameAs(found.envelope())) {
      differences.add("content at " + where + "@" + expected.offset() + " is not as sent");
    }
  }

  private void groups() {
    same("groups", model.groups().keySet(), seen.groups().keySet());
    model
        .groups()
        .forEach(
            (by, group) -> {
              SeenGroup found = seen.groups().get(by);
              if (found != null) {
                group(by, group, found);
              }
            });
  }

  private void group(Membership by, GroupModel group, SeenGroup found) {
    for (int i = 0; i < group.partitions(); i++) {
      String where = by + "/" + i;
      same("committed of " + where, group.committed(i), found.committed().get(i));
      same("lag of " + where, (long) model.pending(by, i).size(), found.lag().get(i));
    }
    same("parked of " + by, (long) group.parkedCount(), found.parked());
    List<String> blocking =
        model.inDoubt().values().stream()
            .filter(doubt -> doubt.taken().stream().anyMatch(t -> t.by().equals(by)))
            .map(doubt -> doubt.id().toString())
            .sorted()
            .toList();
    same("who blocks " + by, blocking, found.blockedBy().stream().sorted().toList());
  }

  private void inDoubt() {
    same("in doubt", model.inDoubt().keySet(), seen.inDoubt().keySet());
    model
        .inDoubt()
        .forEach(
            (id, doubt) -> {
              SeenDoubt found = seen.inDoubt().get(id);
              if (found != null) {
                doubt(doubt, found);
              }
            });
  }

  private void audit() {
    same(
        "audit",
        model.audit().stream()
            .map(by -> List.of(by.id().toString(), by.action(), by.resolve(), by.decision()))
            .toList(),
        seen.audit().stream()
            .map(by -> List.of(by.transactionId(), by.action(), by.resolve(), by.decision()))
            .toList());
    List<Instant> times = seen.audit().stream().map(AuditRecord::at).toList();
    same("times of the audit", times.stream().sorted().toList(), times);
  }

  private void doubt(Doubt expected, SeenDoubt found) {
    same("since of " + expected.id(), expected.since(), found.undecided().since().toEpochMilli());
    if (!Arrays.equals(expected.note(), found.undecided().note())) {
      differences.add("the note of " + expected.id() + " is not as given");
    }
    Map<String, Integer> byTopic = new TreeMap<>();
    expected.sent().forEach(sent -> byTopic.merge(sent.topic(), 1, Integer::sum));
    same(
        "messages of " + expected.id(),
        byTopic,
        found.info().map(info -> new TreeMap<>(info.messagesByTopic())).orElse(null));
    same(
        "blocked by " + expected.id(),
        new TreeSet<>(expected.taken().stream().map(t -> t.by().group()).toList()),
        found.info().map(info -> new TreeSet<>(info.blockedGroups())).orElse(null));
  }
}
