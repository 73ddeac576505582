package dev.lockstep.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.TopicConfig;
import dev.lockstep.engine.model.PartitionModel.Placed;
import dev.lockstep.engine.model.Taken.Parked;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** A member fetches: it gets what the model says, and acknowledges it in a transaction. */
record Take(int topic, int group, int member, int max, Optional<Integer> parkSeconds) {
  private static final int GROUPS = 3;

  static Arbitrary<Take> any() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 9),
            Arbitraries.integers().between(1, GROUPS),
            Arbitraries.integers().between(0, 3),
            Arbitraries.integers().between(1, 12),
            Arbitraries.integers().between(-10, 600).optional(0.1))
        .as(Take::new);
  }

  static Membership membership(History history, int topic, int group) {
    return new Membership("group" + group, Pick.of(history.model().topics().keySet(), topic));
  }

  /** Says who took them. */
  Subscription from(History history, Branch branch, List<Taken> taken) {
    Membership by = membership(history, topic, group);
    history.member(by);
    Subscription reader = Pick.of(history.members().get(by), member);
    List<Delivery> deliveries = history.powered(() -> reader.fetch(max, Duration.ZERO));
    Map<Integer, List<Delivery>> byPartition = new TreeMap<>();
    deliveries.forEach(
        d -> byPartition.computeIfAbsent(d.partition(), p -> new ArrayList<>()).add(d));
    check(history, by, reader.assignment(), byPartition, deliveries.size());
    byPartition.forEach(
        (partition, some) -> {
          Delivery last = some.get(some.size() - 1);
          long from = some.get(0).coversFrom();
          long to = last.offset() + 1;
          branch.acknowledge(by.group(), by.topic(), partition, from, to, reader.memberEpoch());
          Optional<Parked> parked = parked(history, by);
          parked.ifPresent(
              message ->
                  branch.park(
                      by.group(),
                      by.topic(),
                      partition,
                      last.offset(),
                      Instant.ofEpochMilli(message.until()),
                      last.attempt(),
                      reader.memberEpoch()));
          taken.add(
              new Taken(
                  by,
                  partition,
                  from,
                  parked.isPresent() ? last.offset() : to,
                  parked.map(message -> new Parked(message.until(), last.attempt()))));
        });
    return reader;
  }

  /** The last message is parked, if the topic keeps it. */
  private Optional<Parked> parked(History history, Membership by) {
    TopicConfig config = history.model().topics().get(by.topic()).config();
    boolean keeps =
        config.retainFor().isEmpty()
            && config.retainBytes().isEmpty()
            && config.tombstoneRetention().isEmpty();
    return parkSeconds
        .filter(seconds -> keeps)
        .map(seconds -> new Parked(history.now() + seconds * 1000L, 0));
  }

  private void check(
      History history,
      Membership by,
      Set<Integer> assignment,
      Map<Integer, List<Delivery>> found,
      int count) {
    assertThat(assignment).as("assigned partitions").containsAll(found.keySet());
    assertThat(count).isLessThanOrEqualTo(max);
    long gaps = assignment.stream().mapToLong(p -> gaps(history, by, p)).sum();
    boolean isAll = count == 0 || count + gaps < max;
    for (int partition : assignment) {
      List<Placed> pending = history.model().deliverable(by, partition, history.now());
      int attempts =
          history.model().groups().get(by).parked(partition).map(Parked::attempt).orElse(0);
      List<Delivery> some = found.getOrDefault(partition, List.of());
      String where = by + "/" + partition;
      Set<Long> mayBeGone = mayBeGone(history, by, partition);
      int next = 0;
      for (Delivery delivery : some) {
        while (next < pending.size()
            && pending.get(next).offset() < delivery.offset()
            && mayBeGone.contains(pending.get(next).offset())) {
          next++;
        }
        assertThat(next).as("messages of %s", where).isLessThan(pending.size());
        assertThat(delivery.offset()).as(where).isEqualTo(pending.get(next).offset());
        assertThat(delivery.attempt()).as(where).isEqualTo(next == 0 ? attempts + 1 : 1);
        assertThat(delivery.id()).as(where).isEqualTo(pending.get(next).sent().id());
        assertThat(pending.get(next).sent().isSameAs(delivery.envelope())).as(where).isTrue();
        next++;
      }
      if (isAll) {
        assertThat(pending.subList(next, pending.size()))
            .as("not delivered of %s", where)
            .allMatch(placed -> mayBeGone.contains(placed.offset()));
      }
    }
  }

  private static Set<Long> mayBeGone(History history, Membership by, int partition) {
    return new Removal(history.model(), by.topic(), partition, history.clock().latest()).possible();
  }

  /** How many offsets may have no message; a fetch that goes over them may bring fewer messages. */
  private static long gaps(History history, Membership by, int partition) {
    long first = history.model().groups().get(by).committed(partition);
    Set<Long> mayBeGone = mayBeGone(history, by, partition);
    long there =
        history.model().pending(by, partition).stream()
            .filter(placed -> !mayBeGone.contains(placed.offset()))
            .count();
    return history.model().partition(by.topic(), partition).end() - first - there;
  }
}
