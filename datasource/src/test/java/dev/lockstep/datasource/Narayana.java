package dev.lockstep.datasource;

import com.arjuna.ats.arjuna.common.CoordinatorEnvironmentBean;
import com.arjuna.ats.arjuna.common.CoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.CoreEnvironmentBeanException;
import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.RecoveryEnvironmentBean;
import com.arjuna.ats.arjuna.recovery.RecoveryManager;
import com.arjuna.ats.internal.arjuna.recovery.AtomicActionRecoveryModule;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTAActionStatusServiceXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTANodeNameXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTATransactionLogXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.XARecoveryModule;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionManagerImple;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import com.arjuna.ats.jta.common.JTAEnvironmentBean;
import com.arjuna.ats.jta.recovery.XAResourceRecoveryHelper;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.sql.SQLException;
import java.util.List;
import javax.transaction.xa.XAResource;

/** The transaction manager of all tests: its settings are global to the process. */
final class Narayana {
  private static final Narayana INSTANCE = new Narayana();

  private final TransactionManager manager;
  private final TransactionSynchronizationRegistry registry;
  private final RecoveryManager recovery;

  private Narayana() {
    configure("target/transactions-" + ProcessHandle.current().pid());
    manager = new TransactionManagerImple();
    registry = new TransactionSynchronizationRegistryImple();
    recovery = RecoveryManager.manager(RecoveryManager.DIRECT_MANAGEMENT);
    recovery.initialize();
  }

  private static void configure(String store) {
    try {
      BeanPopulator.getDefaultInstance(CoreEnvironmentBean.class).setNodeIdentifier("test");
    } catch (CoreEnvironmentBeanException e) {
      throw new IllegalStateException(e);
    }
    BeanPopulator.getDefaultInstance(CoordinatorEnvironmentBean.class)
        .setTransactionStatusManagerEnable(false);
    BeanPopulator.getDefaultInstance(ObjectStoreEnvironmentBean.class).setObjectStoreDir(store);
    for (String name : List.of("stateStore", "communicationStore")) {
      BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, name)
          .setObjectStoreDir(store);
    }
    JTAEnvironmentBean jta = BeanPopulator.getDefaultInstance(JTAEnvironmentBean.class);
    jta.setXaRecoveryNodes(List.of("test"));
    jta.setXaResourceOrphanFilterClassNames(
        List.of(
            JTATransactionLogXAResourceOrphanFilter.class.getName(),
            JTANodeNameXAResourceOrphanFilter.class.getName(),
            JTAActionStatusServiceXAResourceOrphanFilter.class.getName()));
    jta.setOrphanSafetyInterval(0);
    RecoveryEnvironmentBean periods =
        BeanPopulator.getDefaultInstance(RecoveryEnvironmentBean.class);
    periods.setRecoveryModuleClassNames(
        List.of(AtomicActionRecoveryModule.class.getName(), XARecoveryModule.class.getName()));
    periods.setRecoveryBackoffPeriod(1);
  }

  static TransactionManager manager() {
    return INSTANCE.manager;
  }

  static TransactionSynchronizationRegistry registry() {
    return INSTANCE.registry;
  }

  /** Runs recovery over one database once. */
  static void recover(GuardedXADataSource database) throws SQLException {
    XAResource resource = database.openRecovery();
    XARecoveryModule module = XARecoveryModule.getRegisteredXARecoveryModule();
    XAResourceRecoveryHelper helper = new Helper(resource);
    module.addXAResourceRecoveryHelper(helper);
    try {
      INSTANCE.recovery.scan();
    } finally {
      module.removeXAResourceRecoveryHelper(helper);
      database.closeRecovery(resource);
    }
  }

  private record Helper(XAResource resource) implements XAResourceRecoveryHelper {
    @Override
    public boolean initialise(String parameter) {
      return true;
    }

    @Override
    public XAResource[] getXAResources() {
      return new XAResource[] {resource};
    }
  }
}
