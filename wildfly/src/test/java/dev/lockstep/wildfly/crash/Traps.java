package dev.lockstep.wildfly.crash;

import com.arjuna.ats.arjuna.recovery.RecoveryManager;
import com.arjuna.ats.internal.jta.recovery.arjunacore.XARecoveryModule;
import com.arjuna.ats.jta.recovery.XAResourceRecoveryHelper;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.transaction.RollbackException;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import javax.transaction.xa.XAResource;

/** Puts a {@link HaltingResource} into the transaction of the caller, and has it recovered. */
@ApplicationScoped
public class Traps {
  @Resource(lookup = "java:jboss/TransactionManager")
  private TransactionManager manager;

  private final XAResourceRecoveryHelper helper =
      new XAResourceRecoveryHelper() {
        @Override
        public boolean initialise(String parameter) {
          return true;
        }

        @Override
        public XAResource[] getXAResources() {
          return new XAResource[] {new HaltingResource(HaltingResource.At.NEVER)};
        }
      };

  void start(@Observes Startup event) {
    XARecoveryModule.getRegisteredXARecoveryModule().addXAResourceRecoveryHelper(helper);
  }

  @PreDestroy
  void stop() {
    XARecoveryModule.getRegisteredXARecoveryModule().removeXAResourceRecoveryHelper(helper);
  }

  /** Has the server recover once, now. */
  public void recover() {
    RecoveryManager.manager().scan();
  }

  /** The server halts when the transaction of the caller comes to that. */
  public void set(HaltingResource.At at) throws RollbackException, SystemException {
    manager.getTransaction().enlistResource(new HaltingResource(at));
  }
}
