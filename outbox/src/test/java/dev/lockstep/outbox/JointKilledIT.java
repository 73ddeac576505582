package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.outbox.ShopProcess.Point;
import dev.lockstep.testkit.Child;
import dev.lockstep.testkit.EmbeddedDatabase;
import dev.lockstep.testkit.LossyProxy;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process is killed whose marker goes with the commit of our own connection. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JointKilledIT {
  private EmbeddedDatabase database;
  private String url;

  @TempDir private Path directory;

  @BeforeAll
  void start() {
    database = EmbeddedDatabase.builder().embedded().start();
    url = database.jdbcUrl();
  }

  @AfterAll
  void stop() {
    database.close();
  }

  @BeforeEach
  void createTable() throws Exception {
    Shop.createTable(url);
  }

  private Child start(String jdbcUrl, Point point) throws Exception {
    return Child.start(
        JtaShopProcess.class, directory.toString(), jdbcUrl, point.name(), String.valueOf(true));
  }

  @Test
  void killedBehindTheCommit() throws Exception {
    try (Child child = start(url, Point.BEHIND_THE_COMMIT)) {
      assertThat(child.rest()).containsExactly("sold 1");
      assertThat(child.status()).isEqualTo(137);
    }
    try (JtaShop next = JtaShop.open(directory, url)) {
      assertThat(next.inDoubt()).isZero();
      assertThat(Shop.sold(url)).containsExactly("1", "2");
      assertThat(next.messages()).containsExactly("1", "2");
    }
  }

  /** Its half frame is durable, and the marker on its way. */
  @Test
  void killedBeforeTheMarkerArrives() throws Exception {
    try (LossyProxy proxy = LossyProxy.before(url + "&prepareThreshold=0")) {
      LossyProxy.Held commit = proxy.hold(JointCommitIT.MARKER);
      try (Child child = start(proxy.jdbcUrl(), Point.NOWHERE)) {
        commit.awaitArrival();
        child.kill();
      }
      try (JtaShop next = JtaShop.open(directory, url)) {
        assertThat(next.inDoubt()).isZero();
        assertThat(next.messages()).isEmpty();
        commit.release();
        awaitNoTransaction();
        assertThat(Shop.sold(url)).isEmpty();
        assertThat(next.messages()).isEmpty();
      }
    }
  }

  /** Waits until the killed process's session has ended, however. */
  private void awaitNoTransaction() {
    await()
        .until(
            () ->
                Shop.query(
                        url,
                        "select 1 from pg_stat_activity where backend_xid is not null and pid <>"
                            + " pg_backend_pid()")
                    .isEmpty());
  }
}
