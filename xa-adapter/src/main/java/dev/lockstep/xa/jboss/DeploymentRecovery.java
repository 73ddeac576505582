package dev.lockstep.xa.jboss;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.transaction.xa.XAResource;

/**
 * Where the server's registry and the application's logs meet, within one deployment.
 *
 * <p>The server creates the {@link RecoveryActivator}, the application opens the log, and either
 * may come first: all that they have in common is the class loader of the deployment. So this is
 * the one static that holds state; the service that fills it empties it when the deployment stops.
 * Thread-safe.
 */
final class DeploymentRecovery {
  private static final DeploymentRecovery INSTANCE = new DeploymentRecovery();

  private Optional<CompletableFuture<Recovery>> expected = Optional.empty();

  static DeploymentRecovery instance() {
    return INSTANCE;
  }

  /** The server is going to bring its registry: from now on {@link #recovery} is there. */
  synchronized void expect() {
    expected = Optional.of(new CompletableFuture<>());
  }

  synchronized void bring(Recovery recovery) {
    expected.ifPresent(future -> future.complete(recovery));
  }

  synchronized void takeBack() {
    expected = Optional.empty();
  }

  /** The server's recovery, if the server has found the activator in this deployment. */
  synchronized Optional<Recovery> recovery() {
    return expected.map(Later::new);
  }

  /** Registers as soon as the server has brought its registry. */
  private record Later(CompletableFuture<Recovery> brought) implements Recovery {
    @Override
    public Registration register(XAResource resource) {
      CompletableFuture<Registration> registered =
          brought.thenApply(recovery -> recovery.register(resource));
      return () -> {
        if (!registered.cancel(false)) {
          registered.join().remove();
        }
      };
    }

    @Override
    public String toString() {
      return "the server's recovery registry";
    }
  }
}
