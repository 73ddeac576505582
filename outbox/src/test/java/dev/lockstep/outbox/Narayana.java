package dev.lockstep.outbox;

import com.arjuna.ats.arjuna.common.CoordinatorEnvironmentBean;
import com.arjuna.ats.arjuna.common.CoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.CoreEnvironmentBeanException;
import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionManagerImple;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.List;

/** The transaction manager of all tests: its settings are global to the process. */
final class Narayana {
  private static final Narayana INSTANCE = new Narayana();

  private final TransactionManager manager;
  private final TransactionSynchronizationRegistry registry;

  private Narayana() {
    configure("target/transactions-" + ProcessHandle.current().pid());
    manager = new TransactionManagerImple();
    registry = new TransactionSynchronizationRegistryImple();
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
  }

  static TransactionManager manager() {
    return INSTANCE.manager;
  }

  static TransactionSynchronizationRegistry registry() {
    return INSTANCE.registry;
  }
}
