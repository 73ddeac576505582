package dev.lockstep.benchmarks.xa;

import com.arjuna.ats.arjuna.common.CoordinatorEnvironmentBean;
import com.arjuna.ats.arjuna.common.CoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.CoreEnvironmentBeanException;
import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.VolatileStore;
import com.arjuna.ats.jta.common.jtaPropertyManager;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.List;

/** Narayana as it must never be used but for a ceiling: its decisions are in memory. */
final class VolatileManager {
  private VolatileManager() {}

  static TransactionManager setUp(String node) throws CoreEnvironmentBeanException {
    BeanPopulator.getDefaultInstance(CoreEnvironmentBean.class).setNodeIdentifier(node);
    BeanPopulator.getDefaultInstance(CoordinatorEnvironmentBean.class)
        .setTransactionStatusManagerEnable(false);
    List.of(
            BeanPopulator.getDefaultInstance(ObjectStoreEnvironmentBean.class),
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, "stateStore"),
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, "communicationStore"))
        .forEach(store -> store.setObjectStoreType(VolatileStore.class.getName()));
    return com.arjuna.ats.jta.TransactionManager.transactionManager();
  }

  static TransactionSynchronizationRegistry registry() {
    return jtaPropertyManager.getJTAEnvironmentBean().getTransactionSynchronizationRegistry();
  }
}
