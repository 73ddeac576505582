package dev.lockstep.datasource;

import dev.lockstep.jdbc.Invocation;
import dev.lockstep.jdbc.JointCommit;
import java.io.PrintWriter;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What HikariCP pools: it knows connections only, so that each XA connection comes as the one
 * handle of it that is ever opened, which unwraps to it, and closes it.
 */
final class PhysicalConnections implements DataSource {
  private final GuardedXADataSource source;

  PhysicalConnections(GuardedXADataSource source) {
    this.source = source;
  }

  @Override
  public Connection getConnection() throws SQLException {
    GuardedXAConnection xa = source.open();
    try {
      return new Physical(xa, xa.handle()).as(Connection.class);
    } catch (SQLException e) {
      xa.close();
      throw e;
    }
  }

  private static final class Physical extends Invocation {
    private final GuardedXAConnection xa;

    private Physical(GuardedXAConnection xa, Connection handle) {
      super(handle);
      this.xa = xa;
    }

    @Override
    protected @Nullable Object answer(Method method, @Nullable Object[] arguments)
        throws Throwable {
      return switch (method.getName()) {
        case "unwrap" -> {
          Object own = own(arguments);
          yield own == null ? pass(method, arguments) : own;
        }
        case "isWrapperFor" ->
            own(arguments) != null || Boolean.TRUE.equals(pass(method, arguments));
        case "close" -> {
          xa.close();
          yield null;
        }
        default -> pass(method, arguments);
      };
    }

    /** What it unwraps to, and the driver knows nothing of. */
    private @Nullable Object own(@Nullable Object[] arguments) {
      if (arguments[0] == GuardedXAConnection.class) {
        return xa;
      }
      return arguments[0] == JointCommit.class ? xa.jointCommit() : null;
    }
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException("the user is part of the configuration");
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return source.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    source.setLogWriter(out);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    source.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return source.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    return source.getParentLogger();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("not a wrapper for " + type.getName());
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
