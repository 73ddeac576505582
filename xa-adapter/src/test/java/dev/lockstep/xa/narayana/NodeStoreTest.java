package dev.lockstep.xa.narayana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.arjuna.exceptions.ObjectStoreException;
import com.arjuna.ats.arjuna.objectstore.StateStatus;
import com.arjuna.ats.arjuna.state.InputObjectState;
import com.arjuna.ats.arjuna.state.OutputObjectState;
import com.arjuna.ats.internal.arjuna.common.UidHelper;
import dev.lockstep.ClosedException;
import dev.lockstep.DiskFullException;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.LogFailedException;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.xa.FakeLog;
import dev.lockstep.xa.FakeRecords;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where decision records are written, and that they are found wherever they are. */
@Timeout(60)
class NodeStoreTest {
  private static final String TYPE = "/StateManager/BasicAction/Decision";

  @TempDir Path directory;

  private final FakeRecords records = new FakeRecords();
  private final FakeLog log = new FakeLog().with(records);
  private RecordLogs logs = new RecordLogs("node");

  private NodeStore open(TransactionStore where) {
    ObjectStoreEnvironmentBean settings = new ObjectStoreEnvironmentBean();
    settings.setObjectStoreDir(directory.toString());
    logs = new RecordLogs("node");
    logs.open(where, NotedLogs.read(directory));
    return new NodeStore(settings, logs);
  }

  private static boolean write(NodeStore store, Uid id, int content) throws Exception {
    OutputObjectState state = new OutputObjectState(id, TYPE);
    state.packInt(content);
    return store.write_committed(id, TYPE, state);
  }

  private static int read(NodeStore store, Uid id) throws Exception {
    InputObjectState state = store.read_committed(id, TYPE);
    assertThat(state).isNotNull();
    assertThat(state.stateUid()).isEqualTo(id);
    return state.unpackInt();
  }

  private static List<Uid> list(NodeStore store) throws Exception {
    InputObjectState found = new InputObjectState();
    assertThat(store.allObjUids(TYPE, found)).isTrue();
    List<Uid> ids = new ArrayList<>();
    for (Uid id = UidHelper.unpackFrom(found);
        !id.equals(Uid.nullUid());
        id = UidHelper.unpackFrom(found)) {
      ids.add(id);
    }
    return ids;
  }

  private static List<String> types(NodeStore store) throws Exception {
    InputObjectState found = new InputObjectState();
    assertThat(store.allTypes(found)).isTrue();
    List<String> types = new ArrayList<>();
    for (String type = found.unpackString(); !type.isEmpty(); type = found.unpackString()) {
      types.add(type);
    }
    return types;
  }

  @Test
  void theLogHoldsTheRecords() throws Exception {
    NodeStore store = open(TransactionStore.CO_LOCATED);
    logs.attach(log);
    Uid id = new Uid();
    assertThat(store.read_committed(id, TYPE)).isNull();
    assertThat(store.currentState(id, TYPE)).isEqualTo(StateStatus.OS_UNKNOWN);
    assertThat(store.remove_committed(id, TYPE)).isFalse();
    assertThat(list(store)).isEmpty();
    assertThat(types(store)).isEmpty();

    assertThat(write(store, id, 1)).isTrue();
    assertThat(write(store, id, 2)).isTrue();
    assertThat(records.size()).isEqualTo(1);
    assertThat(read(store, id)).isEqualTo(2);
    assertThat(store.currentState(id, TYPE)).isEqualTo(StateStatus.OS_COMMITTED);
    assertThat(list(store)).containsExactly(id);
    assertThat(types(store))
        .containsExactly(
            "StateManager", "StateManager/BasicAction", "StateManager/BasicAction/Decision");
    assertThat(store.isInLog(log, id, TYPE)).isTrue();

    assertThat(store.remove_committed(id, TYPE)).isTrue();
    assertThat(records.size()).isZero();
    assertThat(store.currentState(id, TYPE)).isEqualTo(StateStatus.OS_UNKNOWN);
    assertThat(store.isInLog(log, id, TYPE)).isFalse();
  }

  @Test
  void theRecordsOfAnotherNodeAreLeftAlone() throws Exception {
    NodeStore store = open(TransactionStore.CO_LOCATED);
    logs.attach(log);
    write(store, new Uid(), 1);
    NodeStore other = new NodeStore(new ObjectStoreEnvironmentBean(), new RecordLogs("other"));
    assertThat(other.isInLog(log, new Uid(), TYPE)).isFalse();
    assertThat(new RecordLogs("other").types(records)).isEmpty();
    assertThat(new RecordLogs("node").types(records)).hasSize(1);
    assertThat(new RecordLogs("nod").types(records)).isEmpty();
  }

  @Test
  void withoutALogTheFilesDo() throws Exception {
    NodeStore store = open(TransactionStore.CO_LOCATED);
    Uid id = new Uid();
    write(store, id, 1);
    assertThatThrownBy(() -> list(store)).hasMessageContaining("none is open yet");
    assertThatThrownBy(() -> read(store, id)).isInstanceOf(ObjectStoreException.class);
    logs.attach(log);
    assertThat(list(store)).containsExactly(id);
    assertThat(read(store, id)).isEqualTo(1);
    assertThat(types(store)).contains("StateManager/BasicAction/Decision");
    assertThat(store.remove_committed(id, TYPE)).isTrue();
    logs.detach(log);
    assertThat(list(store)).isEmpty();
    write(store, id, 2);
    assertThat(read(store, id)).isEqualTo(2);
    assertThat(records.size()).isZero();
    store.remove_committed(id, TYPE);
  }

  @Test
  void whatOneStoreLeftTheOtherFinds() throws Exception {
    Uid inLog = new Uid();
    Uid inFiles = new Uid();
    NodeStore first = open(TransactionStore.CO_LOCATED);
    logs.attach(log);
    write(first, inLog, 1);

    NodeStore second = open(TransactionStore.FILES);
    logs.attach(log);
    assertThat(read(second, inLog)).isEqualTo(1);
    write(second, inFiles, 2);
    assertThat(records.size()).isEqualTo(1);
    write(second, inLog, 3); // with what is left to do: in its place
    assertThat(list(second)).containsExactlyInAnyOrder(inLog, inFiles);

    NodeStore third = open(TransactionStore.CO_LOCATED);
    logs.attach(log);
    assertThat(list(third)).containsExactlyInAnyOrder(inLog, inFiles);
    assertThat(read(third, inLog)).isEqualTo(3);
    assertThat(read(third, inFiles)).isEqualTo(2);
    third.remove_committed(inLog, TYPE);
    third.remove_committed(inFiles, TYPE);
    assertThat(list(third)).isEmpty();
    assertThat(records.size()).isZero();
  }

  /** Whoever recovers without it would take its decided transactions for orphans. */
  @Test
  void untilALogThatMayHaveRecordsIsOpenNothingIsConcluded() throws Exception {
    NodeStore first = open(TransactionStore.CO_LOCATED);
    logs.attach(log);
    Uid id = new Uid();
    write(first, id, 1);
    FakeLog other = new FakeLog(new UUID(1, 1)).with(new FakeRecords());

    NodeStore second = open(TransactionStore.FILES);
    List<ThrowingCallable> questions =
        List.of(
            () -> list(second),
            () -> types(second),
            () -> second.currentState(id, TYPE),
            () -> second.read_committed(id, TYPE));
    for (int round = 0; round < 2; round++) {
      for (ThrowingCallable question : questions) {
        assertThatThrownBy(question)
            .isInstanceOf(ObjectStoreException.class)
            .hasMessageContaining(log.id().toString())
            .hasMessageContaining("is not open")
            .hasMessageContaining("lockstep-logs");
      }
      logs.attach(other); // another one does not help
    }
    logs.attach(log);
    assertThat(list(second)).containsExactly(id);
    second.remove_committed(id, TYPE);
    logs.detach(log); // without records it need not be there
    assertThat(list(second)).isEmpty();
    assertThat(list(open(TransactionStore.FILES))).isEmpty();
  }

  @Test
  void aFailureIsNeverTakenForAnOutcome() throws Exception {
    NodeStore store = open(TransactionStore.CO_LOCATED);
    logs.attach(log);
    Uid id = new Uid();
    write(store, id, 1);
    for (RuntimeException failure :
        List.of(new OutcomeUnknownException("simulated"), new LogFailedException("simulated"))) {
      records.fail(failure);
      assertThatThrownBy(() -> write(store, new Uid(), 2))
          .isInstanceOf(DecisionUnknownError.class)
          .hasMessageContaining("restarted");
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> list(store),
              () -> types(store),
              () -> store.currentState(id, TYPE),
              () -> store.read_committed(id, TYPE),
              () -> store.remove_committed(id, TYPE))) {
        assertThatThrownBy(call).isInstanceOf(ObjectStoreException.class);
      }
      assertThat(store.isInLog(log, id, TYPE)).isFalse();
    }
    logs.detach(log);
    assertThatThrownBy(() -> list(store)).hasMessageContaining("is not open");
  }

  @Test
  void whatIsCertainlyNotWrittenIsAnException() throws Exception {
    NodeStore store = open(TransactionStore.CO_LOCATED);
    logs.attach(log);
    for (RuntimeException refusal :
        List.of(new DiskFullException("simulated"), new ClosedException("simulated"))) {
      records.fail(refusal);
      assertThatThrownBy(() -> write(store, new Uid(), 2))
          .isInstanceOf(ObjectStoreException.class)
          .hasMessageContaining("simulated");
    }
  }

  @Test
  void aLogThatKeepsNoRecordsCannotBeTheStore() {
    open(TransactionStore.CO_LOCATED);
    FakeLog none = new FakeLog(new UUID(2, 2));
    assertThatThrownBy(() -> logs.attach(none))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("Durability.FORCED")
        .hasMessageContaining("TransactionStore.FILES");
    logs.attach(log);
    logs.attach(none);
    assertThat(logs.isTarget(log)).isTrue();
    assertThat(logs.isTarget(none)).isFalse();
    logs.detach(none);
  }
}
