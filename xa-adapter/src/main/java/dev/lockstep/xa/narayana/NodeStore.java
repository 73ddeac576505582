package dev.lockstep.xa.narayana;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.arjuna.coordinator.ActionManager;
import com.arjuna.ats.arjuna.exceptions.ObjectStoreException;
import com.arjuna.ats.arjuna.objectstore.ObjectStoreAPI;
import com.arjuna.ats.arjuna.objectstore.StateStatus;
import com.arjuna.ats.arjuna.state.InputObjectState;
import com.arjuna.ats.arjuna.state.OutputObjectState;
import com.arjuna.ats.internal.arjuna.common.UidHelper;
import dev.lockstep.LockstepException;
import dev.lockstep.LogFailedException;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.spi.TransactionRecords;
import dev.lockstep.spi.TransactionalLog;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The decision records of this node, wherever they are: in files, and in the attached logs. All are
 * read and removed; where new ones are written the settings say. So records that an earlier life
 * left elsewhere are carried out, whatever it was set up with.
 *
 * <p>When a log has failed while a record was written, the write throws an {@link Error}, and every
 * other method an exception, so that the manager concludes nothing until the restart. All else that
 * keeps a record from being written is certain, and an exception: the manager rolls back.
 *
 * <p>There is one of these in the life of a JVM, because Narayana holds it in statics. Thread-safe.
 */
final class NodeStore implements ObjectStoreAPI {
  private static final Logger LOGGER = System.getLogger(NodeStore.class.getName());

  private final ObjectStoreEnvironmentBean settings;
  private final RecordLogs logs;
  private @Nullable DecisionStore files;

  NodeStore(ObjectStoreEnvironmentBean settings, RecordLogs logs) {
    this.settings = settings;
    this.logs = logs;
  }

  private synchronized DecisionStore files() throws ObjectStoreException {
    DecisionStore store = files;
    if (store == null) {
      store = new DecisionStore(settings); // creates the directory, which is ours by now
      store.start();
      files = store;
    }
    return store;
  }

  @FunctionalInterface
  private interface Work<T> {
    T with(RecordLogs.Logs present) throws ObjectStoreException, IOException;
  }

  private <T> T with(String what, Work<T> work) throws ObjectStoreException {
    try {
      return logs.with(present -> attempt(what, work, present));
    } catch (LockstepException e) {
      throw new ObjectStoreException(what + ": " + e.getMessage(), e);
    }
  }

  private static <T> T attempt(String what, Work<T> work, RecordLogs.Logs present)
      throws ObjectStoreException {
    try {
      return work.with(present);
    } catch (IOException e) {
      throw new ObjectStoreException(what + ": " + e, e);
    }
  }

  /** The same for work that would take what it does not find for what is not there. */
  private <T> T withAll(String what, Work<T> work) throws ObjectStoreException {
    return with(
        what,
        present -> {
          Optional<String> missing = present.missing();
          if (missing.isPresent()) {
            throw new ObjectStoreException(what + ": " + missing.get());
          }
          return work.with(present);
        });
  }

  @Override
  public boolean write_committed(Uid id, String type, OutputObjectState state)
      throws ObjectStoreException {
    byte[] value = Arrays.copyOf(state.buffer(), state.length());
    try {
      return with(
          "the decision record " + id + " could not be written",
          present -> {
            return writeToLog(present, id, type, value) || files().write_committed(id, type, state);
          });
    } catch (ObjectStoreException e) {
      // The manager keeps the reason to itself.
      LOGGER.log(
          Level.WARNING, "LSTP-0502: a transaction is rolled back, since {0}", e.getMessage());
      throw e;
    }
  }

  /** Writes to the log that has the record already, or to the one for new ones; if there is one. */
  private boolean writeToLog(RecordLogs.Logs present, Uid id, String type, byte[] value)
      throws ObjectStoreException {
    try {
      Optional<TransactionRecords> log = home(present, id, type);
      if (log.isEmpty()) {
        log = present.target(id);
      }
      if (log.isPresent()) {
        log.get().write(logs.typeInLog(type), id.getBytes(), value);
      }
      return log.isPresent();
    } catch (OutcomeUnknownException | LogFailedException e) {
      throw new DecisionUnknownError(
          "the log failed before it had written the decision of transaction "
              + id
              + ": whether it is committed shows when the process has been restarted",
          e);
    }
  }

  /** Whether a record is durable in the log that new ones go to. */
  boolean isInLog(TransactionalLog log, Uid id, String type) {
    try {
      return log.records()
          .filter(it -> it.read(logs.typeInLog(type), id.getBytes()).isPresent())
          .isPresent();
    } catch (LockstepException e) {
      return false;
    }
  }

  private Optional<TransactionRecords> home(RecordLogs.Logs present, Uid id, String type) {
    return present.all().stream()
        .filter(log -> log.read(logs.typeInLog(type), id.getBytes()).isPresent())
        .findFirst();
  }

  @Override
  public boolean remove_committed(Uid id, String type) throws ObjectStoreException {
    return with(
        "the decision record " + id + " could not be removed",
        present -> {
          boolean removed = false;
          for (TransactionRecords log : present.all()) {
            if (log.read(logs.typeInLog(type), id.getBytes()).isPresent()) {
              log.remove(logs.typeInLog(type), id.getBytes());
              removed = true;
            }
          }
          if (files().holds(id, type)) {
            removed |= files().remove_committed(id, type);
          }
          return removed;
        });
  }

  @Override
  public @Nullable InputObjectState read_committed(Uid id, String type)
      throws ObjectStoreException {
    Optional<InputObjectState> record =
        withAll(
            "the decision record " + id + " could not be read",
            present -> {
              for (TransactionRecords log : present.all()) {
                Optional<byte[]> value = log.read(logs.typeInLog(type), id.getBytes());
                if (value.isPresent()) {
                  return Optional.of(new InputObjectState(id, type, value.get()));
                }
              }
              return Optional.ofNullable(files().read_committed(id, type));
            });
    return record.orElse(null); // the manager's word for a record that is not there
  }

  @Override
  public int currentState(Uid id, String type) throws ObjectStoreException {
    return withAll(
        "the decision record " + id + " could not be looked up",
        present ->
            home(present, id, type).isPresent()
                ? StateStatus.OS_COMMITTED
                : files().currentState(id, type));
  }

  /**
   * Without the transactions in flight, so that recovery never looks at one. It would take a
   * transaction for finished as soon as its status is, which is before its record is written again.
   */
  @Override
  public boolean allObjUids(String type, InputObjectState found, int match)
      throws ObjectStoreException {
    byte[] all =
        withAll(
            "the decision records could not be listed",
            present -> {
              Set<Uid> ids = new LinkedHashSet<>();
              if (match == StateStatus.OS_UNKNOWN || match == StateStatus.OS_COMMITTED) {
                for (TransactionRecords log : present.all()) {
                  log.keys(logs.typeInLog(type)).forEach(id -> ids.add(new Uid(id)));
                }
              }
              addFiles(ids, type, match);
              ids.removeIf(id -> ActionManager.manager().get(id) != null);
              return packed(ids);
            });
    found.setBuffer(all);
    return true;
  }

  private void addFiles(Set<Uid> ids, String type, int match)
      throws ObjectStoreException, IOException {
    InputObjectState inFiles = new InputObjectState();
    if (files().allObjUids(type, inFiles, match)) {
      for (Uid id = UidHelper.unpackFrom(inFiles);
          !id.equals(Uid.nullUid());
          id = UidHelper.unpackFrom(inFiles)) {
        ids.add(id);
      }
    }
  }

  private static byte[] packed(Set<Uid> ids) throws IOException {
    OutputObjectState out = new OutputObjectState();
    for (Uid id : ids) {
      UidHelper.packInto(id, out);
    }
    UidHelper.packInto(Uid.nullUid(), out);
    return out.buffer();
  }

  @Override
  public boolean allObjUids(String type, InputObjectState found) throws ObjectStoreException {
    return allObjUids(type, found, StateStatus.OS_UNKNOWN);
  }

  /** Each type with those above it, as Narayana's own stores have them, and an empty one behind. */
  @Override
  public boolean allTypes(InputObjectState found) throws ObjectStoreException {
    byte[] all =
        withAll(
            "the types of the decision records could not be listed",
            present -> {
              Set<String> types = new LinkedHashSet<>();
              for (TransactionRecords log : present.all()) {
                logs.types(log).forEach(type -> addWithParents(types, type));
              }
              InputObjectState inFiles = new InputObjectState();
              if (files().allTypes(inFiles)) {
                for (String type = inFiles.unpackString();
                    !type.isEmpty();
                    type = inFiles.unpackString()) {
                  types.add(type);
                }
              }
              OutputObjectState out = new OutputObjectState();
              for (String type : types) {
                out.packString(type);
              }
              out.packString("");
              return out.buffer();
            });
    found.setBuffer(all);
    return true;
  }

  private static void addWithParents(Set<String> types, String type) {
    for (int slash = type.indexOf('/'); slash > 0; slash = type.indexOf('/', slash + 1)) {
      types.add(type.substring(0, slash));
    }
    types.add(type);
  }

  @Override
  public boolean isType(Uid id, String type, int state) throws ObjectStoreException {
    return currentState(id, type) == state;
  }

  @Override
  public boolean hide_state(Uid id, String type) throws ObjectStoreException {
    return files().hide_state(id, type);
  }

  @Override
  public boolean reveal_state(Uid id, String type) throws ObjectStoreException {
    return files().reveal_state(id, type);
  }

  @Override
  public boolean commit_state(Uid id, String type) throws ObjectStoreException {
    return files().commit_state(id, type);
  }

  @Override
  public InputObjectState read_uncommitted(Uid id, String type) throws ObjectStoreException {
    return files().read_uncommitted(id, type);
  }

  @Override
  public boolean remove_uncommitted(Uid id, String type) throws ObjectStoreException {
    return files().remove_uncommitted(id, type);
  }

  @Override
  public boolean write_uncommitted(Uid id, String type, OutputObjectState state)
      throws ObjectStoreException {
    return files().write_uncommitted(id, type, state);
  }

  @Override
  public boolean fullCommitNeeded() {
    return true;
  }

  /** Every record is durable when its write returns. */
  @Override
  public void sync() {}

  @Override
  public String getStoreName() {
    return "Lockstep";
  }

  @Override
  public void start() {}

  @Override
  public void stop() {}
}
