package dev.lockstep.quarkus;

import io.quarkus.runtime.Startup;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.RollbackException;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.Transactional;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;
import javax.transaction.xa.XAResource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.tm.XAResourceRecovery;
import org.jboss.tm.XAResourceRecoveryRegistry;

/** Takes orders while the application halts, or in another way that they should not be. */
@Startup
@ApplicationScoped
public class Traps {
  private final Shop shop;
  private final TransactionManager manager;
  private final DataSource local;
  private final XAResourceRecoveryRegistry registry;
  private final Path directory;
  private final XAResourceRecovery recovery;

  Traps(
      Shop shop,
      TransactionManager manager,
      @io.quarkus.agroal.DataSource("local") DataSource local,
      XAResourceRecoveryRegistry registry,
      @ConfigProperty(name = "shop.directory") Path directory) {
    this.shop = shop;
    this.manager = manager;
    this.local = local;
    this.registry = registry;
    this.directory = directory;
    this.recovery =
        () -> new XAResource[] {new HaltingResource(HaltingResource.At.NEVER, directory)};
    registry.addXAResourceRecovery(recovery);
  }

  @PreDestroy
  void stop() {
    registry.removeXAResourceRecovery(recovery);
  }

  /** The order's branches are prepared, and nothing is decided. */
  @Transactional
  public void haltBeforeDecision(String customer)
      throws SQLException, RollbackException, SystemException {
    shop.place(customer);
    enlist(HaltingResource.At.PREPARE);
  }

  /** The transaction is decided, and no branch is committed. */
  @Transactional
  public void haltBeforeCommits(String customer)
      throws SQLException, RollbackException, SystemException {
    enlist(HaltingResource.At.COMMIT);
    shop.place(customer);
  }

  /** The message is committed, and the row is not yet. */
  @Transactional
  public void haltBetweenCommits(String customer)
      throws SQLException, RollbackException, SystemException {
    shop.send(customer);
    enlist(HaltingResource.At.COMMIT);
    shop.insert(customer);
  }

  /** A data source that can't prepare takes part beside the log. */
  @Transactional
  public void placeBesideALocalDataSource(String customer) throws SQLException {
    try (Connection connection = local.getConnection();
        PreparedStatement insert = connection.prepareStatement("insert into orders values (?)")) {
      insert.setString(1, customer);
      insert.executeUpdate();
    }
    shop.send(customer);
  }

  private void enlist(HaltingResource.At at) throws RollbackException, SystemException {
    manager.getTransaction().enlistResource(new HaltingResource(at, directory));
  }
}
