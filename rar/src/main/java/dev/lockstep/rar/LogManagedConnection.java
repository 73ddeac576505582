package dev.lockstep.rar;

import dev.lockstep.xa.BranchResource;
import jakarta.resource.NotSupportedException;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionEventListener;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.LocalTransaction;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionMetaData;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.security.auth.Subject;
import javax.transaction.xa.XAResource;
import org.jspecify.annotations.Nullable;

/**
 * A connection of a pool: a resource of the log, and nothing else; there is no socket to keep. The
 * container uses it in one transaction at a time. Thread-safe.
 */
final class LogManagedConnection implements ManagedConnection {
  private final BranchResource resource;
  private final List<ConnectionEventListener> listeners = new CopyOnWriteArrayList<>();
  private @Nullable PrintWriter logWriter;

  LogManagedConnection(BranchResource resource) {
    this.resource = resource;
  }

  BranchResource resource() {
    return resource;
  }

  void closed(LogConnection handle) {
    ConnectionEvent event = new ConnectionEvent(this, ConnectionEvent.CONNECTION_CLOSED);
    event.setConnectionHandle(handle);
    listeners.forEach(listener -> listener.connectionClosed(event));
  }

  @Override
  public Object getConnection(@Nullable Subject subject, @Nullable ConnectionRequestInfo info) {
    return new LogConnection(this);
  }

  @Override
  public void associateConnection(Object connection) throws ResourceException {
    if (!(connection instanceof LogConnection handle)) {
      throw new ResourceException("not a connection of this resource adapter: " + connection);
    }
    handle.moveTo(this);
  }

  @Override
  public XAResource getXAResource() {
    return resource;
  }

  @Override
  public LocalTransaction getLocalTransaction() throws ResourceException {
    throw new NotSupportedException(
        "the log takes part in XA transactions only; set the transaction support to"
            + " XATransaction");
  }

  @Override
  public void addConnectionEventListener(ConnectionEventListener listener) {
    listeners.add(listener);
  }

  @Override
  public void removeConnectionEventListener(ConnectionEventListener listener) {
    listeners.remove(listener);
  }

  @Override
  public void cleanup() {
    // Nothing of a transaction stays here: the resource is associated with the next branch anew.
  }

  @Override
  public void destroy() {
    listeners.clear();
  }

  @Override
  public ManagedConnectionMetaData getMetaData() {
    return new MetaData();
  }

  @Override
  public synchronized void setLogWriter(@Nullable PrintWriter out) {
    logWriter = out;
  }

  @Override
  public synchronized @Nullable PrintWriter getLogWriter() {
    return logWriter;
  }

  private static final class MetaData implements ManagedConnectionMetaData {
    @Override
    public String getEISProductName() {
      return "Lockstep";
    }

    @Override
    public String getEISProductVersion() {
      return "";
    }

    /** As many as there are transactions: a connection holds nothing but a branch. */
    @Override
    public int getMaxConnections() {
      return 0;
    }

    @Override
    public String getUserName() {
      return "";
    }
  }
}
