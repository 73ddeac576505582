package dev.lockstep.xa.narayana;

import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.arjuna.exceptions.ObjectStoreException;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.LockstepException;
import dev.lockstep.spi.TransactionRecords;
import dev.lockstep.spi.TransactionalLog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * The attached logs that can hold decision records. All of them are read, so that it does not
 * matter which of them held the records in an earlier life, or whether any did; one is written to,
 * if the records are to be co-located. A log is not let go while a record is read or written.
 * Thread-safe.
 */
final class RecordLogs {
  private final String prefix;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final Map<UUID, Attached> attached = new LinkedHashMap<>();
  private final Map<Uid, TransactionalLog> bound = new ConcurrentHashMap<>();
  private TransactionStore store = TransactionStore.FILES;
  private @Nullable NotedLogs noted;
  private volatile @Nullable UUID primary;
  private boolean waiting;

  private record Attached(TransactionalLog log, TransactionRecords records) {}

  /** Work on the logs, during which none of them is let go. */
  @FunctionalInterface
  interface Work<T, E extends Exception> {
    T with(Logs logs) throws E;
  }

  /** The logs at a moment. */
  interface Logs {
    /** All, in the order in which they were attached. */
    List<TransactionRecords> all();

    /**
     * The one that a new record goes to; none: it goes to files.
     *
     * @throws ObjectStoreException if the only one that it may go to is not there any more
     */
    Optional<TransactionRecords> target(Uid transaction) throws ObjectStoreException;

    /** Why nobody can say what was decided, if so. */
    Optional<String> missing();
  }

  /**
   * No logs yet.
   *
   * @param nodeId the node whose records these are; a log may have those of others, too
   */
  RecordLogs(String nodeId) {
    this.prefix = nodeId + "/";
  }

  /** The type of a record in a log, from Narayana's, which has a slash in front or has not. */
  String typeInLog(String type) {
    return prefix + (type.startsWith("/") ? type.substring(1) : type);
  }

  /** The types, as Narayana has them, of this node's records in a log. */
  List<String> types(TransactionRecords records) {
    return records.types().stream()
        .filter(type -> type.startsWith(prefix))
        .map(type -> type.substring(prefix.length()))
        .toList();
  }

  /** The transactions open. */
  void open(TransactionStore where, NotedLogs logs) {
    lock.writeLock().lock();
    try {
      store = where;
      waiting = where == TransactionStore.CO_LOCATED;
      noted = logs;
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Takes a log in, which may have records of an earlier life.
   *
   * @throws InvalidConfigException if the records are to be in it, and it can't hold any
   */
  void attach(TransactionalLog log) {
    lock.writeLock().lock();
    try {
      boolean chosen = store == TransactionStore.CO_LOCATED && primary == null;
      Optional<TransactionRecords> records = log.records();
      if (records.isEmpty()) {
        if (chosen) {
          throw new InvalidConfigException(
              "log "
                  + log.id()
                  + " can't hold the decision records of the transaction manager, since it does not"
                  + " force them. Open it with Durability.FORCED, or choose TransactionStore.FILES");
        }
        return;
      }
      if (chosen) {
        noted().add(log.id()); // before the first record
        primary = log.id();
        waiting = false;
      } else {
        forgetIfEmpty(log.id(), records.get());
      }
      attached.put(log.id(), new Attached(log, records.get()));
    } finally {
      lock.writeLock().unlock();
    }
  }

  private NotedLogs noted() {
    NotedLogs logs = noted;
    if (logs == null) {
      throw new IllegalStateException("the transactions are not open");
    }
    return logs;
  }

  /** Lets a log go. */
  void detach(TransactionalLog log) {
    lock.writeLock().lock();
    try {
      Attached known = attached.remove(log.id());
      if (log.id().equals(primary)) {
        primary = null;
      }
      if (known != null) {
        forgetIfEmpty(log.id(), known.records());
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void forgetIfEmpty(UUID log, TransactionRecords records) {
    boolean empty = false;
    try {
      empty = types(records).isEmpty();
    } catch (LockstepException e) {
      empty = false; // it has failed: the next life finds out
    }
    if (empty) {
      noted().remove(log);
    }
  }

  <T, E extends Exception> T with(Work<T, E> work) throws E {
    lock.readLock().lock();
    try {
      return work.with(new Present());
    } finally {
      lock.readLock().unlock();
    }
  }

  /** The number of the log that new records go to, if they go to one. */
  OptionalInt number() {
    UUID log = primary;
    return log == null ? OptionalInt.empty() : OptionalInt.of(StoreNumber.of(log));
  }

  /** Whether a log of this number is attached. */
  boolean has(int number) {
    lock.readLock().lock();
    try {
      return attached.keySet().stream().anyMatch(log -> StoreNumber.of(log) == number);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Whether new records go to this log. */
  boolean isTarget(TransactionalLog log) {
    lock.readLock().lock();
    try {
      return log.id().equals(primary) && isAttached(log);
    } finally {
      lock.readLock().unlock();
    }
  }

  private boolean isAttached(TransactionalLog log) {
    Attached known = attached.get(log.id());
    return known != null && known.log() == log; // it may have been opened anew
  }

  /**
   * The record of a transaction goes to this log or nowhere from now on: a branch that is prepared
   * there relies on its force.
   *
   * @return whether new records go to this log
   */
  boolean bind(Uid transaction, TransactionalLog log) {
    lock.readLock().lock();
    try {
      boolean target = isTarget(log);
      if (target) {
        bound.put(transaction, log);
      }
      return target;
    } finally {
      lock.readLock().unlock();
    }
  }

  /** The end of what {@link #bind} began. */
  void unbind(Uid transaction) {
    bound.remove(transaction);
  }

  private final class Present implements Logs {
    @Override
    public List<TransactionRecords> all() {
      return attached.values().stream().map(Attached::records).toList();
    }

    @Override
    public Optional<TransactionRecords> target(Uid transaction) throws ObjectStoreException {
      TransactionalLog only = bound.get(transaction);
      if (only != null && !isAttached(only)) {
        throw new ObjectStoreException(
            "log "
                + only.id()
                + " was closed while transaction "
                + transaction
                + " was prepared in it. End all transactions before the log is closed");
      }
      UUID log = only == null ? primary : only.id();
      return log == null
          ? Optional.empty()
          : Optional.ofNullable(attached.get(log)).map(Attached::records);
    }

    @Override
    public Optional<String> missing() {
      if (waiting) {
        return Optional.of(
            "decision records lie in a log, and none is open yet. Nothing is recovered until one is"
                + " opened with the binding of these transactions");
      }
      List<UUID> away = new ArrayList<>(noted == null ? Set.of() : noted.all());
      away.removeAll(attached.keySet());
      return away.isEmpty() ? Optional.empty() : Optional.of(describe(away));
    }

    private String describe(List<UUID> away) {
      return "decision records may lie in log "
          + away
          + ", which is not open, or not with Durability.FORCED. Nothing is recovered until it is"
          + " opened so, with the binding of these transactions. If it is lost for good, delete "
          + noted().file();
    }
  }
}
