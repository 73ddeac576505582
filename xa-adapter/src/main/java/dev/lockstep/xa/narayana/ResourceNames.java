package dev.lockstep.xa.narayana;

import com.arjuna.ats.internal.jta.resources.arjunacore.XAResourceRecord;
import com.arjuna.ats.internal.jta.resources.arjunacore.XAResourceRecordWrappingPlugin;
import com.arjuna.ats.jta.xa.XATxConverter;
import com.arjuna.ats.jta.xa.XidImple;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.transaction.xa.XAResource;

/**
 * Names the resources in Narayana's decision records. Narayana holds exactly one of these for the
 * life of the JVM, so it also remembers what Narayana was set up with, and whether that set-up is
 * in use. Thread-safe.
 */
final class ResourceNames implements XAResourceRecordWrappingPlugin {
  private final String nodeId;
  private final Path storeDirectory;
  private final RecordLogs logs;
  private final NodeStore store;
  private final List<RecoveryHandle> handles = new CopyOnWriteArrayList<>();
  private final Strangers strangers = new Strangers();
  private boolean inUse;
  private volatile int directoryNumber;

  ResourceNames(String nodeId, Path storeDirectory, RecordLogs logs, NodeStore store) {
    this.nodeId = nodeId;
    this.storeDirectory = storeDirectory;
    this.logs = logs;
    this.store = store;
  }

  RecordLogs logs() {
    return logs;
  }

  NodeStore store() {
    return store;
  }

  boolean isOf(String node, Path store) {
    return nodeId.equals(node) && storeDirectory.equals(store);
  }

  /** {@return whether it was free, and is the caller's now} */
  synchronized boolean acquire() {
    boolean free = !inUse;
    inUse = true;
    if (free) {
      strangers.forget();
    }
    return free;
  }

  synchronized void release() {
    inUse = false;
  }

  /** The directory's number is known, since it is held now. */
  void open(int number) {
    directoryNumber = number;
  }

  /** Who decides on a branch. */
  Origin origin(XidImple branch) {
    if (branch.getFormatId() != XATxConverter.FORMAT_ID
        || !nodeId.equals(XATxConverter.getNodeName(branch.getXID()))) {
      return Origin.OTHER_NODE;
    }
    int number = StoreNumber.in(branch);
    return number == directoryNumber || logs.has(number) ? Origin.HERE : Origin.OTHER_STORE;
  }

  /** Who took part, and is none of these. */
  Strangers strangers() {
    return strangers;
  }

  List<RecoveryHandle> handles() {
    return List.copyOf(handles);
  }

  void add(RecoveryHandle handle) {
    handles.add(handle);
  }

  void remove(RecoveryHandle handle) {
    handles.remove(handle);
  }

  @Override
  public void transcribeWrapperData(XAResourceRecord record) {
    if (record.value() instanceof XAResource enlisted) {
      nameOf(enlisted).ifPresentOrElse(record::setJndiName, () -> strangers.note(enlisted));
    }
  }

  /** Whether recovery can find out what became of a branch of this resource. */
  boolean knows(XAResource enlisted) {
    return nameOf(enlisted).isPresent();
  }

  private Optional<String> nameOf(XAResource enlisted) {
    return handles.stream()
        .filter(handle -> handle.owns(enlisted))
        .map(RecoveryHandle::name)
        .findFirst();
  }

  /** What Narayana writes into the qualifier of each branch; it has no use for it without JTS. */
  @Override
  public Integer getEISName(XAResource resource) {
    return logs.number().orElse(directoryNumber);
  }

  @Override
  public String getEISName(Integer number) {
    return number.toString();
  }

  @Override
  public String toString() {
    return "node '" + nodeId + "' with its store in " + storeDirectory;
  }
}
