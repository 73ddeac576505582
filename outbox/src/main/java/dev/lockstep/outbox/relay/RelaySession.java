package dev.lockstep.outbox.relay;

import dev.lockstep.outbox.relay.RelaySettings.TableName;
import java.lang.System.Logger.Level;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The session of a relay, which has its lock and hears its notifications. For the relay's thread
 * only, but {@link #wake}.
 */
final class RelaySession {
  private static final System.Logger LOGGER = System.getLogger(RelaySession.class.getName());
  private static final Duration ALIVE_WITHIN = Duration.ofSeconds(2);

  private final DataSource source;
  private final Optional<String> channel;
  private volatile @Nullable Connection connection;
  private volatile boolean listening;
  private boolean wasAutoCommit;
  private boolean hears;
  private int backend;
  private Optional<OutboxTable> locked = Optional.empty();

  RelaySession(DataSource source, Optional<String> channel) {
    this.source = source;
    this.channel = channel;
  }

  boolean isOpen() {
    return connection != null;
  }

  void open() throws SQLException {
    Connection open = source.getConnection();
    try {
      wasAutoCommit = open.getAutoCommit();
      open.setAutoCommit(true); // an open transaction would hold up vacuum, and notifications
      try (Statement statement = open.createStatement();
          ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
        row.next();
        backend = row.getInt(1);
      }
    } catch (SQLException | RuntimeException e) {
      try (open) {
        throw e;
      }
    }
    connection = open;
  }

  /**
   * Whether this session is the one that may relay, now. It hears notifications from then on: one
   * that stands by would only collect them.
   */
  boolean lock(OutboxTable table) throws SQLException {
    if (locked.isEmpty() && table.tryLock(opened())) {
      locked = Optional.of(table);
    }
    if (locked.isPresent() && channel.isPresent() && !hears) {
      try (Statement statement = opened().createStatement()) {
        statement.execute("LISTEN " + TableName.quoted(channel.get()));
      }
      hears = true;
    }
    return locked.isPresent();
  }

  /** The number of its backend. */
  int backend() {
    return backend;
  }

  private Connection opened() throws SQLException {
    Connection open = connection;
    if (open == null) {
      throw new SQLNonTransientException("the relay's session is closed");
    }
    return open;
  }

  /** Whether it still answers. */
  boolean isAlive() {
    Connection open = connection;
    try {
      return open != null && open.isValid((int) ALIVE_WITHIN.toSeconds());
    } catch (SQLException e) {
      LOGGER.log(Level.DEBUG, "a session that does not say whether it is alive", e);
      return false;
    }
  }

  /**
   * Waits for a notification, at most for a time, and until the latch is released: whoever does
   * that calls {@link #wake} then.
   */
  void await(Duration time, CountDownLatch closing) throws SQLException {
    if (channel.isEmpty()) {
      pause(time, closing);
      return;
    }
    Ear ear =
        Ear.of(opened())
            .orElseThrow(() -> new SQLNonTransientException("the driver has no notifications"));
    listening = true;
    try {
      if (closing.getCount() > 0) {
        ear.await((int) Math.min(Math.max(time.toMillis(), 1), Integer.MAX_VALUE));
      }
    } finally {
      listening = false;
    }
  }

  /** Waits until the latch is released, at most for a time. */
  static void pause(Duration time, CountDownLatch closing) {
    try {
      var unused = closing.await(time.toNanos(), TimeUnit.NANOSECONDS); // who calls looks at it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closing.countDown(); // somebody wants this thread to end
    }
  }

  /** Ends a wait for notifications, from any thread. */
  void wake() {
    Connection open = connection;
    if (listening && open != null) {
      try {
        open.abort(Runnable::run); // nothing gentler ends it, and the lock is free with that
      } catch (SQLException e) {
        LOGGER.log(Level.DEBUG, "aborting a session that failed", e);
      }
    }
  }

  /** What hears notifications, of a driver that this module does not know. */
  record Ear(Object driver, Method method) {
    private static final String INTERFACE = "org.postgresql.PGConnection";
    private static final String METHOD = "getNotifications";

    /** That of a connection; empty if its driver is another one. */
    static Optional<Ear> of(Connection connection) throws SQLException {
      Connection driver = connection.unwrap(Connection.class);
      return find(driver.getClass()).map(method -> new Ear(driver, method));
    }

    private static Optional<Method> find(Class<?> type) {
      for (Class<?> next = type; next != null; next = next.getSuperclass()) {
        for (Class<?> implemented : next.getInterfaces()) {
          Optional<Method> found =
              implemented.getName().equals(INTERFACE) ? method(implemented) : find(implemented);
          if (found.isPresent()) {
            return found;
          }
        }
      }
      return Optional.empty();
    }

    private static Optional<Method> method(Class<?> type) {
      try {
        return Optional.of(type.getMethod(METHOD, int.class));
      } catch (NoSuchMethodException e) {
        return Optional.empty();
      }
    }

    /** Waits until there are some, and takes them. */
    void await(int millis) throws SQLException {
      try {
        var unused = method.invoke(driver, millis); // that there were any says all
      } catch (InvocationTargetException e) {
        throw e.getCause() instanceof SQLException sql ? sql : new SQLException(e.getCause());
      } catch (IllegalAccessException e) {
        throw new SQLException(e);
      }
    }
  }

  /** Gives the connection back, and the lock with it. */
  void giveBack() {
    Connection open = connection;
    Optional<OutboxTable> lock = locked;
    connection = null;
    locked = Optional.empty();
    hears = false;
    if (open != null) {
      try (open) {
        if (!open.isClosed()) {
          reset(open, lock);
        }
      } catch (SQLException e) {
        LOGGER.log(Level.DEBUG, "giving back a session that failed", e);
      }
    }
  }

  /** Makes it as it came; what can't be made so must not go back with the lock, and is ended. */
  private void reset(Connection open, Optional<OutboxTable> lock) throws SQLException {
    try {
      if (lock.isPresent()) {
        lock.get().unlock(open);
      }
      if (channel.isPresent()) {
        try (Statement statement = open.createStatement()) {
          statement.execute("UNLISTEN " + TableName.quoted(channel.get()));
        }
      }
      open.setAutoCommit(wasAutoCommit);
    } catch (SQLException e) {
      open.abort(Runnable::run);
      throw e;
    }
  }
}
