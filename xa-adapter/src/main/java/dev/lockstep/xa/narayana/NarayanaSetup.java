package dev.lockstep.xa.narayana;

import com.arjuna.ats.arjuna.common.CoordinatorEnvironmentBean;
import com.arjuna.ats.arjuna.common.CoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.CoreEnvironmentBeanException;
import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.RecoveryEnvironmentBean;
import com.arjuna.ats.arjuna.coordinator.TxControl;
import com.arjuna.ats.arjuna.objectstore.StoreManager;
import com.arjuna.ats.internal.arjuna.recovery.AtomicActionRecoveryModule;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTAActionStatusServiceXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTANodeNameXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTATransactionLogXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.XARecoveryModule;
import com.arjuna.ats.jta.common.JTAEnvironmentBean;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import dev.lockstep.InvalidConfigException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Narayana's settings, which it keeps in statics: they can be made once in the life of a JVM,
 * before its first transaction.
 */
final class NarayanaSetup {
  private NarayanaSetup() {}

  /**
   * Sets Narayana up, or finds it set up in the same way and free.
   *
   * @return what Narayana keeps for us; the caller releases it
   * @throws InvalidConfigException if Narayana is in use, or set up otherwise
   */
  static ResourceNames acquire(NarayanaSettings settings) {
    JTAEnvironmentBean jta = BeanPopulator.getDefaultInstance(JTAEnvironmentBean.class);
    synchronized (jta) {
      ResourceNames names =
          jta.getXAResourceRecordWrappingPlugin() instanceof ResourceNames present
              ? sameOrRefuse(present, settings)
              : setUp(jta, settings);
      if (!names.acquire()) {
        throw new InvalidConfigException(
            "transactions for "
                + names
                + " are open already in this JVM. Share them, or close"
                + " them first");
      }
      TxControl.setDefaultTimeout(settings.defaultTimeoutSeconds());
      return names;
    }
  }

  private static ResourceNames sameOrRefuse(ResourceNames present, NarayanaSettings settings) {
    if (!present.isOf(settings.nodeId(), settings.storeDirectory())) {
      throw new InvalidConfigException(
          "Narayana is set up for "
              + present
              + " and cannot be set up for node '"
              + settings.nodeId()
              + "' with its store in "
              + settings.storeDirectory()
              + ": its settings last as long as the JVM. Use the same ones, or another process");
    }
    return present;
  }

  private static ResourceNames setUp(JTAEnvironmentBean jta, NarayanaSettings settings) {
    try {
      BeanPopulator.getDefaultInstance(CoreEnvironmentBean.class)
          .setNodeIdentifier(settings.nodeId());
    } catch (CoreEnvironmentBeanException e) {
      throw new InvalidConfigException(
          "Narayana does not accept the node id '" + settings.nodeId() + "'", e);
    }
    RecordLogs logs = new RecordLogs(settings.nodeId());
    NodeStore store = store(settings, logs);
    coordinator(settings);
    recovery();
    ResourceNames names =
        new ResourceNames(settings.nodeId(), settings.storeDirectory(), logs, store);
    jta.setXaRecoveryNodes(List.of(settings.nodeId()));
    jta.setXaResourceOrphanFilters(
        List.of(
            new JTATransactionLogXAResourceOrphanFilter(),
            new JTANodeNameXAResourceOrphanFilter(),
            new JTAActionStatusServiceXAResourceOrphanFilter(),
            new OtherStores(names)));
    jta.setXAResourceRecordWrappingPlugin(names);
    // Else a local data source would take part as if it could prepare.
    jta.setLastResourceOptimisationInterfaceClassName(NarayanaFacts.LAST_RESOURCE);
    refuseIfUsedBefore(settings);
    return names;
  }

  private static NodeStore store(NarayanaSettings settings, RecordLogs logs) {
    stores(settings.storeDirectory());
    NodeStore store =
        new NodeStore(BeanPopulator.getDefaultInstance(ObjectStoreEnvironmentBean.class), logs);
    try {
      new StoreManager(store, null, null); // the other two are made of the settings
    } catch (IllegalStateException e) {
      throw new InvalidConfigException(
          "Narayana's store was used in this JVM before it was set up for node '"
              + settings.nodeId()
              + "'. Open the transactions before anything else begins one",
          e);
    }
    return store;
  }

  private static void stores(Path directory) {
    Stream.of(
            BeanPopulator.getDefaultInstance(ObjectStoreEnvironmentBean.class),
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, "stateStore"),
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, "communicationStore"))
        .forEach(
            store -> {
              store.setObjectStoreType(DecisionStore.class.getName());
              store.setObjectStoreDir(directory.toString());
              store.setObjectStoreSync(true);
              store.setTransactionSync(true);
            });
  }

  private static void coordinator(NarayanaSettings settings) {
    CoordinatorEnvironmentBean coordinator =
        BeanPopulator.getDefaultInstance(CoordinatorEnvironmentBean.class);
    // It would open a port, for recovery managers in other processes; there are none.
    coordinator.setTransactionStatusManagerEnable(false);
    coordinator.setDefaultTimeout(settings.defaultTimeoutSeconds());
  }

  private static void recovery() {
    RecoveryEnvironmentBean recovery =
        BeanPopulator.getDefaultInstance(RecoveryEnvironmentBean.class);
    recovery.setRecoveryModuleClassNames(
        List.of(AtomicActionRecoveryModule.class.getName(), XARecoveryModule.class.getName()));
    recovery.setRecoveryActivatorClassNames(List.of());
    recovery.setExpiryScannerClassNames(List.of());
    recovery.setRecoveryListener(false);
  }

  private static void refuseIfUsedBefore(NarayanaSettings settings) {
    if (!settings.nodeId().equals(TxControl.getXANodeName())) {
      throw new InvalidConfigException(
          "Narayana was used in this JVM before it was set up for node '"
              + settings.nodeId()
              + "', as node '"
              + TxControl.getXANodeName()
              + "'. Open the transactions before anything else begins one");
    }
  }
}
