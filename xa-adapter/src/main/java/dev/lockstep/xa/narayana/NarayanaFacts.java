package dev.lockstep.xa.narayana;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.coordinator.TxControl;
import com.arjuna.ats.internal.arjuna.objectstore.slot.SlotStoreEnvironmentBean;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTAActionStatusServiceXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTANodeNameXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTATransactionLogXAResourceOrphanFilter;
import com.arjuna.ats.jta.common.JTAEnvironmentBean;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.spi.FileSystemKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jboss.tm.LastResource;

/**
 * What Narayana is set up with, as far as transactions can be lost by it.
 *
 * @param nodeId the name of this node in all its Xids
 * @param recoveryNodes whose orphans recovery rolls back
 * @param storeTypes the class of the store, and what that stores into
 * @param storeDirectory where it is, if it is in files
 * @param unforced the settings that keep the store from forcing what it writes
 * @param orphanFilters the classes of the filters that tell orphans
 * @param lastResource the interface that marks a resource which can't prepare
 */
record NarayanaFacts(
    String nodeId,
    List<String> recoveryNodes,
    List<String> storeTypes,
    Optional<Path> storeDirectory,
    List<String> unforced,
    List<String> orphanFilters,
    String lastResource) {
  static final String LAST_RESOURCE = LastResource.class.getName();

  private static final String DEFAULT_NODE_ID = "1";
  private static final String SLOTS = "SlotStoreAdaptor";
  private static final List<String> FILTERS =
      List.of(
          JTATransactionLogXAResourceOrphanFilter.class.getName(),
          JTANodeNameXAResourceOrphanFilter.class.getName(),
          JTAActionStatusServiceXAResourceOrphanFilter.class.getName());

  NarayanaFacts {
    recoveryNodes = List.copyOf(recoveryNodes);
    storeTypes = List.copyOf(storeTypes);
    unforced = List.copyOf(unforced);
    orphanFilters = List.copyOf(orphanFilters);
  }

  static NarayanaFacts current() {
    JTAEnvironmentBean jta = BeanPopulator.getDefaultInstance(JTAEnvironmentBean.class);
    ObjectStoreEnvironmentBean store =
        BeanPopulator.getDefaultInstance(ObjectStoreEnvironmentBean.class);
    List<String> types = new ArrayList<>();
    types.add(store.getObjectStoreType());
    if (store.getObjectStoreType().endsWith(SLOTS)) {
      types.add(
          BeanPopulator.getDefaultInstance(SlotStoreEnvironmentBean.class)
              .getBackingSlotsClassName());
    }
    List<String> unforced = new ArrayList<>();
    if (!store.isObjectStoreSync()) {
      unforced.add("ObjectStoreEnvironmentBean.objectStoreSync");
    }
    if (!store.isTransactionSync()) {
      unforced.add("ObjectStoreEnvironmentBean.transactionSync");
    }
    return new NarayanaFacts(
        TxControl.getXANodeName(),
        jta.getXaRecoveryNodes(),
        types,
        isOfFiles(store.getObjectStoreType())
            ? Optional.of(Path.of(store.getObjectStoreDir()))
            : Optional.empty(),
        unforced,
        jta.getXaResourceOrphanFilterClassNames(),
        Objects.requireNonNullElse(jta.getLastResourceOptimisationInterfaceClassName(), ""));
  }

  private static boolean isOfFiles(String type) {
    return type.equals(DecisionStore.class.getName())
        || (type.startsWith("com.arjuna.ats.internal.arjuna.objectstore.")
            && type.endsWith("Store")
            && !isVolatile(type));
  }

  private static boolean isVolatile(String type) {
    return type.substring(type.lastIndexOf('.') + 1).contains("Volatile");
  }

  /** What is unsafe about it. */
  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    node(findings);
    store(findings);
    List<String> missing = FILTERS.stream().filter(name -> !orphanFilters.contains(name)).toList();
    if (!missing.isEmpty()) {
      findings.add(
          Finding.refuseUnlessAllowed(
              "LSTP-0516",
              "orphan-filters",
              "Narayana's recovery lacks orphan filters, and with fewer than these three it rolls"
                  + " back what is in flight, or never what is an orphan: "
                  + String.join(", ", missing),
              "add them to JTAEnvironmentBean.xaResourceOrphanFilterClassNames"));
    }
    if (!lastResource.equals(LAST_RESOURCE)) {
      findings.add(
          Finding.warn(
              "LSTP-0517",
              "Narayana does not recognise resources that can't prepare by "
                  + LAST_RESOURCE
                  + ", as pools mark them: a local data source takes part as if it could prepare,"
                  + " and what fails in its commit is committed everywhere else",
              "set JTAEnvironmentBean.lastResourceOptimisationInterfaceClassName to "
                  + LAST_RESOURCE
                  + ", and use pools of XA connections"));
    }
    return findings;
  }

  private void node(List<Finding> findings) {
    if (nodeId.equals(DEFAULT_NODE_ID)) {
      findings.add(
          Finding.refuseUnlessAllowed(
              "LSTP-0510",
              "default-node-id",
              "Narayana's node identifier is '1', which it has wherever nobody has set one: another"
                  + " process with it rolls back transactions of this one",
              "give each process a node identifier of its own, the same at each start"
                  + " (CoreEnvironmentBean.nodeIdentifier)"));
    }
    if (recoveryNodes.contains("*")) {
      findings.add(
          Finding.refuseUnlessAllowed(
              "LSTP-0512",
              "recovery-of-all-nodes",
              "Narayana's recovery rolls back the orphans of all nodes, and takes for orphans what"
                  + " the others have in flight",
              "set JTAEnvironmentBean.xaRecoveryNodes to '" + nodeId + "'"));
    } else if (!recoveryNodes.contains(nodeId)) {
      findings.add(
          Finding.refuseUnlessAllowed(
              "LSTP-0511",
              "recovery-nodes",
              "Narayana's recovery rolls back the orphans of "
                  + (recoveryNodes.isEmpty() ? "no node" : "nodes " + recoveryNodes)
                  + ", and not those of '"
                  + nodeId
                  + "', this node: what a crash leaves of them stays in doubt for ever",
              "add '" + nodeId + "' to JTAEnvironmentBean.xaRecoveryNodes"));
    }
  }

  private void store(List<Finding> findings) {
    storeTypes.stream()
        .filter(NarayanaFacts::isVolatile)
        .findFirst()
        .ifPresent(
            type ->
                findings.add(
                    Finding.refuseUnlessAllowed(
                        "LSTP-0513",
                        "volatile-store",
                        "Narayana keeps its decisions in memory ("
                            + type
                            + "): after a crash, what one resource has committed is rolled back in"
                            + " the others",
                        "set ObjectStoreEnvironmentBean.objectStoreType to a store in files, such"
                            + " as that of NarayanaTransactions")));
    if (!unforced.isEmpty()) {
      findings.add(
          Finding.refuseUnlessAllowed(
              "LSTP-0514",
              "unforced-store",
              "Narayana does not force its decisions to the disk: after a power cut, what one"
                  + " resource has committed is rolled back in the others",
              "set to true: " + String.join(", ", unforced)));
    }
    storeDirectory.flatMap(NarayanaFacts::fileSystem).ifPresent(findings::add);
  }

  static Optional<Finding> fileSystem(Path directory) {
    Path existing = directory.toAbsolutePath();
    while (existing.getParent() != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    String where = "the transaction store's directory " + directory;
    try {
      return switch (FileSystemKind.of(existing)) {
        case LOCAL, COPY_ON_WRITE -> Optional.empty();
        case NETWORK ->
            Optional.of(
                Finding.refuseUnlessAllowed(
                    "LSTP-0515",
                    "store-on-network",
                    where + " is reached over a network: forces don't hold when that fails",
                    "use a directory on a local disk"));
        case MEMORY ->
            Optional.of(
                Finding.refuseUnlessAllowed(
                    "LSTP-0515",
                    "store-in-memory",
                    where + " is in memory: a restart of the machine loses all decisions",
                    "use a directory on a local disk"));
      };
    } catch (IOException e) {
      return Optional.of(
          Finding.warn(
              "LSTP-0515",
              "can't tell on which file system " + where + " is (" + e + ")",
              "make sure that it is a local disk"));
    }
  }
}
