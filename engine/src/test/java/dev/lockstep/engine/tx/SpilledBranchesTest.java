package dev.lockstep.engine.tx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.index.Traits;
import dev.lockstep.engine.log.FrameRef;
import dev.lockstep.engine.tx.SpilledBranches.Snapshot;
import dev.lockstep.engine.tx.SpilledBranches.SpilledBranch;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a checkpoint takes at its cut and looks at later, while branches go on. */
@Timeout(30)
class SpilledBranchesTest {
  private static List<MessageRef> messages(int from) {
    return List.of(
        new MessageRef(1, 0, new FrameRef(from, 100), Traits.PLAIN),
        new MessageRef(1, 1, new FrameRef(from + 100, 100), Traits.PLAIN));
  }

  @Test
  void aSnapshotStaysAsItWas() {
    SpilledBranches spilled = new SpilledBranches();
    spilled.add(7, messages(1000));
    spilled.add(5, messages(2000));
    spilled.add(7, messages(3000));
    Snapshot snapshot = spilled.snapshot();
    spilled.add(7, messages(4000));
    spilled.forget(5);
    spilled.add(9, messages(5000));

    List<MessageRef> both =
        List.of(
            messages(1000).get(0),
            messages(1000).get(1),
            messages(3000).get(0),
            messages(3000).get(1));
    assertThat(snapshot.branches())
        .containsExactly(new SpilledBranch(5, messages(2000)), new SpilledBranch(7, both));
    assertThat(spilled.take(7)).hasSize(6);
    assertThat(spilled.take(7)).isEmpty();
    assertThat(spilled.snapshot().branches()).hasSize(1);
  }
}
