package dev.lockstep.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.system.Shop.Order;
import dev.lockstep.testkit.Child;
import dev.lockstep.testkit.EmbeddedDatabase;
import dev.lockstep.xa.narayana.TransactionStore;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ten nodes have died and left branches in the database that they share with one that lives. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ForeignBranchesIT {
  private static final int NODES = 10;
  private static final List<String> SETTLED =
      List.of("LEFT []", "HEURISTICS []", "LOG []", "MESSAGES []");

  @TempDir Path directory;
  private EmbeddedDatabase database;

  @BeforeEach
  void start() throws SQLException {
    database = EmbeddedDatabase.builder().embedded().start();
    Sold.create(database);
  }

  @AfterEach
  void stop() {
    database.close();
  }

  @Test
  void areLeftAlone() throws Exception {
    for (int node = 1; node <= NODES; node++) {
      die(node);
    }
    Sold.execute(database, "begin; insert into sold values (99); prepare transaction 'by hand'");
    List<String> foreign = database.preparedTransactions();
    assertThat(foreign).hasSize(NODES + 1);

    // A node that has nothing in doubt, and one with an orphan of its own.
    assertThat(recover("lives")).isEqualTo(SETTLED);
    assertThat(database.preparedTransactions()).isEqualTo(foreign);
    die(0);
    assertThat(database.preparedTransactions()).hasSize(NODES + 2);
    assertThat(recover(name(0))).isEqualTo(SETTLED);
    assertThat(database.preparedTransactions()).isEqualTo(foreign);

    // Each of them finishes its own: the odd ones had decided.
    for (int node = 1; node <= NODES; node++) {
      recover(name(node));
      assertThat(database.preparedTransactions()).hasSize(NODES + 1 - node);
    }
    assertThat(Sold.ids(database)).containsExactlyInAnyOrder("1", "3", "5", "7", "9");
    Sold.execute(database, "rollback prepared 'by hand'");
  }

  /** A name that nobody should give twice: each of the two finishes its own, and no other. */
  @Test
  void ofANodeWithTheSameNameAreLeftAloneAndFound() throws Exception {
    try (Child first =
        start("first", "twin", "database.prepare.after", Order.LOG_FIRST.name(), 1)) {
      first.expect(ShopProcess.READY);
      first.expect(ShopProcess.STOPPED);
      List<String> prepared = database.preparedTransactions();
      assertThat(prepared).hasSize(1);

      try (Child second = start("second", "twin", "", ShopProcess.EXAMINE, 0)) {
        second.expect(ShopProcess.READY);
        assertThat(second.expect(ShopProcess.FOUND)).contains("LSTP-0525");
        assertThat(second.end()).isEqualTo(SETTLED);
      }
      assertThat(database.preparedTransactions()).isEqualTo(prepared);

      first.order(ShopProcess.GO_ON);
      assertThat(first.expect(ShopProcess.REPORTED)).isEqualTo("committed");
      first.order(ShopProcess.GO_ON);
      assertThat(first.end()).contains("MESSAGES [1]").containsAll(SETTLED.subList(0, 3));
    }
    assertThat(Sold.ids(database)).containsExactly("1");
  }

  private static String name(int node) {
    return "node-" + node;
  }

  private void die(int node) throws IOException, InterruptedException {
    String point = node % 2 == 0 ? "database.prepare.after" : "log.commit.before";
    try (Child child = start(name(node), point, Order.LOG_FIRST.name(), node)) {
      child.expect(ShopProcess.READY);
      child.expect(ShopProcess.STOPPED);
      child.kill();
    }
  }

  private List<String> recover(String node) throws IOException, InterruptedException {
    try (Child child = start(node, "", ShopProcess.RECOVER, 0)) {
      child.expect(ShopProcess.READY);
      return child.end();
    }
  }

  private Child start(String node, String point, String what, int id) throws IOException {
    return start(node, node, point, what, id);
  }

  private Child start(String place, String node, String point, String what, int id)
      throws IOException {
    return Child.start(
        ShopProcess.class,
        directory.resolve(place).toString(),
        node,
        TransactionStore.CO_LOCATED.name(),
        database.jdbcUrl(),
        point,
        what,
        String.valueOf(id));
  }
}
