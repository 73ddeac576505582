package dev.lockstep.xa.jboss;

import com.arjuna.ats.internal.jta.recovery.arjunacore.XARecoveryModule;
import com.arjuna.ats.jta.recovery.XAResourceRecoveryHelper;
import java.util.Optional;
import javax.transaction.xa.XAResource;

/** Recovery by a Narayana in the same JVM, whoever runs it. */
record ModuleRecovery(XARecoveryModule module) implements Recovery {
  /** The module of the recovery manager that runs in this JVM, if one does. */
  static Optional<Recovery> running() {
    return Optional.ofNullable(XARecoveryModule.getRegisteredXARecoveryModule())
        .map(ModuleRecovery::new);
  }

  @Override
  public Registration register(XAResource resource) {
    Helper helper = new Helper(resource);
    module.addXAResourceRecoveryHelper(helper);
    return () -> module.removeXAResourceRecoveryHelper(helper);
  }

  @Override
  public String toString() {
    return "Narayana's recovery module";
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
