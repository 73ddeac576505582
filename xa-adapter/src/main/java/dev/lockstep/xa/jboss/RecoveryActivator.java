package dev.lockstep.xa.jboss;

import java.util.function.Supplier;
import org.jboss.msc.Service;
import org.jboss.msc.service.ServiceActivator;
import org.jboss.msc.service.ServiceActivatorContext;
import org.jboss.msc.service.ServiceBuilder;
import org.jboss.msc.service.ServiceName;
import org.jboss.msc.service.StartContext;
import org.jboss.msc.service.StopContext;
import org.jboss.tm.XAResourceRecoveryRegistry;

/**
 * Brings WildFly's recovery registry into a deployment. WildFly finds it by the service file in
 * {@code lockstep-jboss}; applications have no use for it.
 */
public final class RecoveryActivator implements ServiceActivator {
  private static final ServiceName REGISTRY = ServiceName.parse("jboss.txn.ArjunaRecoveryManager");

  /** For WildFly. */
  public RecoveryActivator() {}

  @Override
  public void activate(ServiceActivatorContext context) {
    DeploymentRecovery deployment = DeploymentRecovery.instance();
    deployment.expect();
    ServiceBuilder<?> builder = context.getServiceTarget().addService();
    Supplier<XAResourceRecoveryRegistry> registry = builder.requires(REGISTRY);
    builder.setInstance(new Bringer(deployment, registry)).install();
  }

  private record Bringer(
      DeploymentRecovery deployment, Supplier<XAResourceRecoveryRegistry> registry)
      implements Service {
    @Override
    public void start(StartContext context) {
      deployment.bring(new RegistryRecovery(registry.get()));
    }

    @Override
    public void stop(StopContext context) {
      deployment.takeBack();
    }
  }
}
