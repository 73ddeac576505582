package dev.lockstep.rar;

import dev.lockstep.InvalidConfigException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.TransactionalLog;
import dev.lockstep.xa.Enlistment;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ManagedConnectionFactory;
import java.util.Optional;

/**
 * Has the container enlist the log: by asking it for a connection, which it enlists and keeps until
 * the transaction is over. All connection factories of a resource adapter lead to its one log, so
 * that any of them will do; the newest serves. Thread-safe.
 */
final class Outbound implements Enlistment {
  private volatile Optional<Source> source = Optional.empty();

  private record Source(ConnectionManager manager, ManagedConnectionFactory factory) {}

  void connect(ConnectionManager manager, ManagedConnectionFactory factory) {
    source = Optional.of(new Source(manager, factory));
  }

  @Override
  public Branch enlist(TransactionalLog log) {
    Source connections =
        source.orElseThrow(
            () ->
                new InvalidConfigException(
                    "the resource adapter has no connection factory for the container to enlist;"
                        + " define one"));
    try (LogConnection connection =
        (LogConnection) connections.manager().allocateConnection(connections.factory(), null)) {
      return connection.branch();
    } catch (ResourceException e) {
      throw new TransactionRolledBackException(
          "the container could not enlist log " + log.id() + ": " + e.getMessage(), e);
    }
  }
}
