package dev.lockstep.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.StartFrom;
import dev.lockstep.spi.Subscription;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** A member joins a group, or the oldest leaves it. */
record ChangeMembers(int topic, int group, Change change) implements Operation {
  enum Change {
    JOIN_EARLIEST,
    JOIN_LATEST,
    LEAVE
  }

  static Arbitrary<Operation> any() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 9),
            Arbitraries.integers().between(1, 3),
            Arbitraries.of(Change.class))
        .as(ChangeMembers::new);
  }

  @Override
  public void on(History history) {
    if (history.model().topics().isEmpty()) {
      return;
    }
    Membership by = Take.membership(history, topic, group);
    switch (change) {
      case JOIN_EARLIEST -> history.join(by, StartFrom.EARLIEST);
      case JOIN_LATEST -> history.join(by, StartFrom.LATEST);
      case LEAVE -> {
        List<Subscription> present = history.members().getOrDefault(by, List.of());
        if (!present.isEmpty()) {
          present.remove(0).close();
        }
      }
    }
    everyPartitionHasOneMember(history, by);
  }

  private static void everyPartitionHasOneMember(History history, Membership by) {
    List<Subscription> present = history.members().getOrDefault(by, List.of());
    if (!present.isEmpty()) {
      Set<Integer> all = new HashSet<>();
      present.forEach(
          member ->
              member.assignment().forEach(p -> assertThat(all.add(p)).as("only one").isTrue()));
      assertThat(all).hasSize(history.model().topics().get(by.topic()).partitions().size());
    }
  }
}
