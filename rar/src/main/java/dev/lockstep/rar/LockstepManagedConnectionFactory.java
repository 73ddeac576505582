package dev.lockstep.rar;

import jakarta.resource.NotSupportedException;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionFactory;
import jakarta.resource.spi.ResourceAdapter;
import jakarta.resource.spi.ResourceAdapterAssociation;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.security.auth.Subject;
import org.jspecify.annotations.Nullable;

/**
 * Makes the {@code dev.lockstep.Lockstep} that applications find in JNDI, and the connections that
 * the container pools and enlists behind it.
 */
public final class LockstepManagedConnectionFactory
    implements ManagedConnectionFactory, ResourceAdapterAssociation {
  private static final long serialVersionUID = 1L;

  /**
   * Loaded with this class. A server may ask a factory for a connection to recover when its
   * deployment has failed and its classes can't be loaded any more; an error there, instead of a
   * {@link ResourceException}, was seen to end the recovery of the whole server.
   */
  @SuppressWarnings("UnusedVariable") // to make it is all that it is for
  private static final List<Class<?>> NEEDED_WITHOUT_DEPLOYMENT =
      List.of(
          LogManagedConnection.class,
          ResourceException.class,
          jakarta.resource.spi.IllegalStateException.class);

  private transient @Nullable LockstepResourceAdapter adapter;
  private transient @Nullable PrintWriter logWriter;

  /** For the container. */
  public LockstepManagedConnectionFactory() {}

  @Override
  public synchronized void setResourceAdapter(ResourceAdapter resourceAdapter)
      throws ResourceException {
    if (!(resourceAdapter instanceof LockstepResourceAdapter own)) {
      throw new ResourceException("not the resource adapter of Lockstep: " + resourceAdapter);
    }
    adapter = own;
  }

  @Override
  public synchronized @Nullable ResourceAdapter getResourceAdapter() {
    return adapter;
  }

  private synchronized LockstepResourceAdapter adapter() throws ResourceException {
    LockstepResourceAdapter associated = adapter;
    if (associated == null) {
      throw new jakarta.resource.spi.IllegalStateException("there is no resource adapter yet");
    }
    return associated;
  }

  /** Containers call this before they start the resource adapter. */
  @Override
  public Object createConnectionFactory(ConnectionManager connections) throws ResourceException {
    LockstepResourceAdapter own = adapter();
    own.outbound().connect(connections, this);
    return new SharedLockstep(own);
  }

  @Override
  public Object createConnectionFactory() throws ResourceException {
    throw new NotSupportedException(
        "the resource adapter needs a container; without one, use Lockstep.open(..)");
  }

  @Override
  public ManagedConnection createManagedConnection(
      @Nullable Subject subject, @Nullable ConnectionRequestInfo info) throws ResourceException {
    OpenLog log = adapter().log();
    return new LogManagedConnection(log.resource());
  }

  /** Any of them: all are alike. */
  @Override
  @SuppressWarnings("rawtypes") // as the specification has it
  public @Nullable ManagedConnection matchManagedConnections(
      Set candidates, @Nullable Subject subject, @Nullable ConnectionRequestInfo info) {
    for (Object candidate : candidates) {
      if (candidate instanceof LogManagedConnection own) {
        return own;
      }
    }
    return null;
  }

  @Override
  public synchronized void setLogWriter(@Nullable PrintWriter out) {
    logWriter = out;
  }

  @Override
  public synchronized @Nullable PrintWriter getLogWriter() {
    return logWriter;
  }

  /** All factories of a resource adapter make the same. */
  @Override
  public synchronized boolean equals(Object other) {
    return other instanceof LockstepManagedConnectionFactory that
        && Objects.equals(adapter, that.getResourceAdapter());
  }

  @Override
  public synchronized int hashCode() {
    return Objects.hashCode(adapter);
  }
}
