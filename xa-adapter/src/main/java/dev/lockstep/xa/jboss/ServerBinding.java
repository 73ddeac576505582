package dev.lockstep.xa.jboss;

import dev.lockstep.CommitPath;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import dev.lockstep.xa.JtaBinding;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.jboss.tm.XAResourceRecoveryRegistry;

/**
 * Lets logs take part in the transactions of a server that runs Narayana, and has the server's
 * recovery visit each log from its open to its close. Give it to {@code
 * LockstepConfig.builder().transactions(..)}. Thread-safe.
 *
 * <p>The server recovers from its start on, the log is open only when the application has been
 * deployed. A pass in between finds a decision whose branch nobody lists, logs a warning, and keeps
 * the decision; the first pass after the log's open carries it out.
 */
public final class ServerBinding implements TransactionBinding {
  private static final String MANAGER = "java:jboss/TransactionManager";
  private static final String REGISTRY = "java:jboss/TransactionSynchronizationRegistry";

  private final JtaBinding jta;
  private final Recovery recovery;
  private final Map<UUID, Recovery.Registration> registrations = new ConcurrentHashMap<>();

  private ServerBinding(JtaBinding jta, Recovery recovery) {
    this.jta = jta;
    this.recovery = recovery;
  }

  /**
   * A binding made of what the server gives away. In Quarkus all three can be injected.
   *
   * @param manager the server's transaction manager
   * @param registry the same manager's registry
   * @param recovery where the server's recovery takes resources
   * @return the binding
   */
  public static ServerBinding of(
      TransactionManager manager,
      TransactionSynchronizationRegistry registry,
      XAResourceRecoveryRegistry recovery) {
    return new ServerBinding(JtaBinding.of(manager, registry), new RegistryRecovery(recovery));
  }

  /**
   * The binding for an application in WildFly. With {@code lockstep-jboss} among the libraries of
   * the application nothing else is needed: WildFly finds the service activator in it and its
   * manifest makes the modules visible. Without it the application's own manifest must name the
   * module {@code org.jboss.jts}.
   *
   * @return the binding
   * @throws InvalidConfigException if this is not WildFly, or its recovery is out of reach
   */
  public static ServerBinding ofWildFly() {
    JtaBinding jta =
        JtaBinding.of(
            lookUp(MANAGER, TransactionManager.class),
            lookUp(REGISTRY, TransactionSynchronizationRegistry.class));
    return new ServerBinding(jta, recoveryOfWildFly());
  }

  private static Recovery recoveryOfWildFly() {
    Optional<Recovery> brought = DeploymentRecovery.instance().recovery();
    if (brought.isPresent()) {
      return brought.get();
    }
    try {
      return ModuleRecovery.running()
          .orElseThrow(
              () ->
                  new InvalidConfigException(
                      "this server runs no recovery: prepared branches of the log would stay in"
                          + " doubt after a crash. Add the transactions subsystem"));
    } catch (LinkageError e) {
      throw new InvalidConfigException(
          "the server's recovery is out of reach: "
              + e
              + ". Add dev.lockstep:lockstep-jboss to the application's libraries, or"
              + " \"Dependencies: org.jboss.jts\" to its manifest",
          e);
    }
  }

  @SuppressWarnings("BanJNDI") // names of our own, in the server that we are in
  private static <T> T lookUp(String name, Class<T> type) {
    try {
      return type.cast(new InitialContext().lookup(name));
    } catch (NamingException | ClassCastException e) {
      throw new InvalidConfigException(
          "there is no " + type.getSimpleName() + " at " + name + ": " + e + ". Is this WildFly?",
          e);
    }
  }

  @Override
  public Optional<Branch> current(TransactionalLog log) {
    return jta.current(log);
  }

  @Override
  public List<Finding> diagnose() {
    return jta.diagnose();
  }

  @Override
  public List<CommitPath> paths() {
    return jta.paths();
  }

  @Override
  public void attach(TransactionalLog log) {
    jta.attach(log);
    registrations.put(log.id(), recovery.register(jta.recoveryResource(log)));
  }

  @Override
  public void detach(TransactionalLog log) {
    Recovery.Registration registration = registrations.remove(log.id());
    if (registration != null) {
      registration.remove();
    }
    jta.detach(log);
  }

  /** Says which of the ways to the server's recovery it has found. */
  @Override
  public String toString() {
    return "a binding to the server's transactions, recovered through " + recovery;
  }
}
