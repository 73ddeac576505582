package dev.lockstep.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.system.Shop.Order;
import dev.lockstep.testkit.EmbeddedDatabase;
import dev.lockstep.testkit.LossyProxy;
import dev.lockstep.testkit.LossyProxy.Loss;
import dev.lockstep.xa.narayana.RecoveryReport;
import dev.lockstep.xa.narayana.TransactionStore;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A statement of the second resource is lost on its way, or its answer is, so that nobody knows
 * whether it was carried out. The row is there if and only if the message is.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LostAnswersIT {
  private static final String PREPARE = "PREPARE TRANSACTION";
  private static final String COMMIT = "COMMIT PREPARED";
  private static final String ROLLBACK = "ROLLBACK PREPARED";

  private EmbeddedDatabase database;
  private LossyProxy proxy;
  private Shop shop;
  private int sold;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    database = EmbeddedDatabase.builder().embedded().start();
    proxy = LossyProxy.before(database.jdbcUrl());
    Sold.create(database);
    shop =
        Shop.open(
            directory, "lost-answers", TransactionStore.CO_LOCATED, proxy.jdbcUrl(), "", p -> {});
  }

  @AfterAll
  void stop() {
    shop.close();
    proxy.close();
    database.close();
  }

  @BeforeEach
  void next() {
    sold++;
  }

  /** The next transaction goes through. */
  @AfterEach
  void nothingIsLeft() throws Exception {
    assertThat(database.preparedTransactions()).isEmpty();
    assertThat(shop.inDoubt()).isEmpty();
    sold++;
    assertThat(shop.sell(sold, Order.DATABASE_FIRST)).isEqualTo("committed");
    assertThat(shop.messages()).containsExactlyInAnyOrderElementsOf(Sold.ids(database));
  }

  static Stream<Arguments> losses() {
    return Stream.of(Order.values())
        .flatMap(order -> Stream.of(Loss.values()).map(loss -> Arguments.of(order, loss)));
  }

  private void assertSettled(boolean committed, int losses) throws Exception {
    RecoveryReport report = shop.recover();
    assertThat(proxy.losses()).isEqualTo(losses + 1);
    assertThat(report.left()).isEmpty();
    assertThat(report.heuristics()).isEmpty();
    assertThat(Sold.ids(database).contains(String.valueOf(sold))).isEqualTo(committed);
    assertThat(shop.messages()).containsExactlyInAnyOrderElementsOf(Sold.ids(database));
  }

  /** Nobody knows how it voted: it is rolled back, the orphan by recovery. */
  @ParameterizedTest(name = "{0}, lost: {1}")
  @MethodSource("losses")
  void ofPrepare(Order order, Loss loss) throws Exception {
    int before = proxy.losses();
    proxy.lose(PREPARE, loss);
    assertThat(shop.sell(sold, order)).isEqualTo("rolled back");
    assertSettled(false, before);
  }

  /** It is decided: the caller is told so, and recovery carries it out, or finds that it is. */
  @ParameterizedTest(name = "{0}, lost: {1}")
  @MethodSource("losses")
  void ofCommit(Order order, Loss loss) throws Exception {
    int before = proxy.losses();
    proxy.lose(COMMIT, loss);
    assertThat(shop.sell(sold, order)).isEqualTo("committed");
    assertSettled(true, before);
  }

  /** Another resource refuses when all others are prepared. */
  @ParameterizedTest(name = "{0}, lost: {1}")
  @MethodSource("losses")
  void ofRollback(Order order, Loss loss) throws Exception {
    int before = proxy.losses();
    proxy.lose(ROLLBACK, loss);
    Optional<XAResource> third = Optional.of(new Refusing());
    assertThat(shop.sell(sold, order, third)).isEqualTo("rolled back");
    assertSettled(false, before);
  }

  /** The connection that makes up for it is lost, too, and recovery has the rest. */
  @ParameterizedTest(name = "{0}, lost again: {1}")
  @MethodSource("losses")
  void ofCommitAgain(Order order, Loss loss) throws Exception {
    int before = proxy.losses() + 1;
    proxy.lose(COMMIT, Loss.STATEMENT, loss);
    assertThat(shop.sell(sold, order)).isEqualTo("committed");
    assertSettled(true, before);
  }

  /** Nobody can tell how often something goes wrong. */
  @ParameterizedTest(name = "{0}, lost: {1}")
  @MethodSource("losses")
  void ofCommitManyTimes(Order order, Loss loss) throws Exception {
    Loss[] losses = new Loss[7];
    Arrays.fill(losses, loss);
    losses[0] = Loss.STATEMENT;
    proxy.lose(COMMIT, losses);
    assertThat(shop.sell(sold, order)).isEqualTo("committed");
    shop.recover();
    proxy.lose(COMMIT);
    assertThat(shop.recover().left()).isEmpty();
    assertThat(Sold.ids(database)).contains(String.valueOf(sold));
    assertThat(shop.messages()).containsExactlyInAnyOrderElementsOf(Sold.ids(database));
  }
}
