package dev.lockstep.xa.jboss;

import javax.transaction.xa.XAResource;
import org.jboss.tm.XAResourceRecovery;
import org.jboss.tm.XAResourceRecoveryRegistry;

/** Recovery by a server that gives its registry away. */
record RegistryRecovery(XAResourceRecoveryRegistry registry) implements Recovery {
  @Override
  public Registration register(XAResource resource) {
    XAResourceRecovery recovery = () -> new XAResource[] {resource};
    registry.addXAResourceRecovery(recovery);
    return () -> registry.removeXAResourceRecovery(recovery);
  }

  @Override
  public String toString() {
    return "the server's recovery registry";
  }
}
