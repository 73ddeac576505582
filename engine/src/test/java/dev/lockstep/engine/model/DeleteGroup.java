package dev.lockstep.engine.model;

import dev.lockstep.GroupInUseException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Deletes a group; refused while it has members, or a transaction holds something of it. */
record DeleteGroup(int number) implements Operation {
  static Arbitrary<Operation> any() {
    return Arbitraries.integers().between(0, 9).map(DeleteGroup::new);
  }

  @Override
  public void on(History history) {
    if (history.model().groups().isEmpty()) {
      return;
    }
    String group = Pick.of(history.model().groups().keySet(), number).group();
    boolean hasMembers =
        history.members().entrySet().stream()
            .anyMatch(e -> e.getKey().group().equals(group) && !e.getValue().isEmpty());
    boolean isHeld =
        history.model().inDoubt().values().stream()
            .flatMap(doubt -> doubt.taken().stream())
            .anyMatch(taken -> taken.by().group().equals(group));
    Runnable delete = () -> history.log().groups().delete(group);
    if (hasMembers || isHeld) {
      history.refused(delete, GroupInUseException.class);
    } else {
      List<Membership> gone =
          history.model().groups().keySet().stream()
              .filter(by -> by.group().equals(group))
              .toList();
      history.change(delete, after -> after.groups().keySet().removeAll(gone));
    }
  }
}
