package dev.lockstep.outbox;

import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import javax.sql.XAConnection;
import javax.sql.XADataSource;

/**
 * A data source as a container has one over any driver: a transaction has one XA connection, which
 * is enlisted and stays open until it ends. No pool.
 */
final class ContainerSource {
  private final XADataSource driver;
  private final TransactionManager manager = Narayana.manager();
  private final TransactionSynchronizationRegistry registry = Narayana.registry();

  private ContainerSource(XADataSource driver) {
    this.driver = driver;
  }

  static DataSource of(XADataSource driver) {
    ContainerSource source = new ContainerSource(driver);
    return (DataSource)
        Proxy.newProxyInstance(
            ContainerSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (self, method, arguments) -> source.connection());
  }

  private Connection connection() throws SQLException {
    if (registry.getTransactionStatus() == Status.STATUS_NO_TRANSACTION) {
      XAConnection own = driver.getXAConnection();
      Connection connection = own.getConnection();
      connection.setAutoCommit(true);
      return closing(connection, own::close);
    }
    if (!(registry.getResource(this) instanceof Connection)) {
      registry.putResource(this, enlist());
    }
    return closing((Connection) registry.getResource(this), () -> {});
  }

  private Connection enlist() throws SQLException {
    XAConnection joined = driver.getXAConnection();
    try {
      Connection connection = joined.getConnection();
      manager.getTransaction().enlistResource(joined.getXAResource());
      registry.registerInterposedSynchronization(
          new Synchronization() {
            @Override
            public void beforeCompletion() {}

            @Override
            public void afterCompletion(int status) {
              try {
                joined.close();
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            }
          });
      return connection;
    } catch (RollbackException | SystemException e) {
      joined.close();
      throw new SQLException(e);
    }
  }

  private interface Close {
    void run() throws SQLException;
  }

  /** In a transaction, containers say that it is not the connection's own. */
  private static Connection closing(Connection connection, Close close) {
    boolean joined = Narayana.registry().getTransactionKey() != null;
    return (Connection)
        Proxy.newProxyInstance(
            ContainerSource.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (self, method, arguments) -> {
              if (method.getName().equals("close")) {
                close.run();
                return null;
              }
              if (joined && method.getName().equals("getAutoCommit")) {
                return false;
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
