package dev.lockstep.xa.narayana;

import static org.assertj.core.api.Assertions.assertThat;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.arjuna.objectstore.StateStatus;
import com.arjuna.ats.arjuna.state.InputObjectState;
import com.arjuna.ats.arjuna.state.OutputObjectState;
import com.arjuna.ats.internal.arjuna.common.UidHelper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DecisionStoreTest {
  private static final String TYPE = "StateManager/Decision";
  private static final int REWRITES = 300;

  @TempDir Path directory;

  private DecisionStore store() throws Exception {
    ObjectStoreEnvironmentBean settings = new ObjectStoreEnvironmentBean();
    settings.setObjectStoreDir(directory.toString());
    settings.setObjectStoreSync(true);
    return new DecisionStore(settings);
  }

  private static OutputObjectState state(Uid id, byte[] content) throws Exception {
    OutputObjectState state = new OutputObjectState(id, TYPE);
    state.packBytes(content);
    return state;
  }

  /** With the record rewritten in place, a reader finds it empty or cut within a few rewrites. */
  @Test
  void aReaderFindsTheWholeRecordWhileItIsWrittenAgain() throws Exception {
    DecisionStore store = store();
    Uid id = new Uid();
    // A record that is written again names fewer branches, and is shorter.
    byte[] content = new byte[100_000];
    byte[] shorter = new byte[60_000];
    store.write_committed(id, TYPE, state(id, content));
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService writer = Executors.newSingleThreadExecutor();
    try {
      Future<?> rewriting =
          writer.submit(
              () -> {
                for (int i = 0; i < REWRITES; i++) {
                  store.write_committed(id, TYPE, state(id, i % 2 == 0 ? shorter : content));
                }
                done.set(true);
                return null;
              });
      while (!done.get() && !rewriting.isDone()) {
        InputObjectState read = store.read_committed(id, TYPE);
        assertThat(read).isNotNull();
        assertThat(read.unpackBytes().length).isIn(content.length, shorter.length);
        assertThat(store.currentState(id, TYPE)).isEqualTo(StateStatus.OS_COMMITTED);
      }
      rewriting.get();
    } finally {
      writer.shutdownNow();
    }
  }

  @Test
  void theNewestRecordCountsAndIsListedOnce() throws Exception {
    DecisionStore store = store();
    Uid id = new Uid();
    store.write_committed(id, TYPE, state(id, new byte[] {1}));
    store.write_committed(id, TYPE, state(id, new byte[] {2, 2}));

    assertThat(store.read_committed(id, TYPE).unpackBytes()).containsExactly(2, 2);
    InputObjectState listed = new InputObjectState();
    store.allObjUids(TYPE, listed, StateStatus.OS_UNKNOWN);
    assertThat(UidHelper.unpackFrom(listed)).isEqualTo(id);
    assertThat(UidHelper.unpackFrom(listed)).isEqualTo(Uid.nullUid());
  }

  @Test
  void aRemovedRecordReadsAsNone() throws Exception {
    DecisionStore store = store();
    Uid id = new Uid();
    store.write_committed(id, TYPE, state(id, new byte[] {1}));
    store.remove_committed(id, TYPE);

    assertThat(store.currentState(id, TYPE)).isEqualTo(StateStatus.OS_UNKNOWN);
  }

  @Test
  void whatAKillLeftOfARewriteIsDeletedAndTheRecordStays() throws Exception {
    DecisionStore store = store();
    Uid id = new Uid();
    store.write_committed(id, TYPE, state(id, new byte[] {1}));
    Files.write(directory.resolve(id.fileStringForm() + ".rewrite"), new byte[] {9});

    DecisionStore.deleteUnfinished(directory);

    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).noneMatch(file -> file.toString().endsWith(".rewrite"));
    }
    assertThat(store().read_committed(id, TYPE).unpackBytes()).containsExactly(1);
  }
}
