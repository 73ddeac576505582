package dev.lockstep.examples.firstuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.DecisionRefusedException;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.TopicConfig;
import dev.lockstep.Transactions;
import dev.lockstep.Transactions.Action;
import dev.lockstep.Transactions.AuditRecord;
import dev.lockstep.Transactions.InDoubt;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.testkit.IdleResource;
import dev.lockstep.xa.narayana.NarayanaTransactions;
import dev.lockstep.xa.narayana.RecoveryReport;
import jakarta.transaction.RollbackException;
import jakarta.transaction.TransactionManager;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Deciding by hand between the two phases of the real manager, in a log on real files. */
@Timeout(60)
class DecidedByHandTest {
  private static final String WHY = "asked for by the shop";

  @TempDir Path directory;
  private NarayanaTransactions transactions;
  private Lockstep lockstep;

  @BeforeEach
  void open() {
    transactions =
        NarayanaTransactions.builder("by-hand", Path.of("target", "by-hand-store"))
            .recoveryInterval(Duration.ofHours(1))
            .open();
    lockstep = openLog();
    lockstep.topics().create(TopicConfig.of("orders"));
  }

  private Lockstep openLog() {
    return Lockstep.open(
        LockstepConfig.builder()
            .dataDir(directory)
            .segmentSize(1 << 20)
            .maxMessageBytes(1 << 16)
            .transactions(transactions.binding())
            .build());
  }

  @AfterEach
  void close() {
    lockstep.close();
    transactions.close();
  }

  /** The last to prepare: meanwhile somebody decides what the log has prepared. */
  private void sendWhile(Runnable prepares) throws Exception {
    TransactionManager manager = transactions.transactionManager();
    manager.begin();
    lockstep.producer("orders", String.class).send("Ada");
    assertThat(manager.getTransaction().enlistResource(new Last(prepares))).isTrue();
    manager.commit();
  }

  private String id() {
    List<InDoubt> all = lockstep.transactions().inDoubt();
    assertThat(all).hasSize(1);
    return all.get(0).transactionId();
  }

  private long sent() {
    return lockstep.topics().find("orders").orElseThrow().endOffset(0);
  }

  @Test
  void nothingIsProvenWhileTheManagerIsAtWork() throws Exception {
    List<Throwable> refusals = new ArrayList<>();
    sendWhile(
        () -> {
          Transactions desk = lockstep.transactions();
          String id = id();
          assertThatThrownBy(() -> desk.commit(id, WHY)).satisfies(refusals::add);
          assertThatThrownBy(() -> desk.rollback(id, WHY)).satisfies(refusals::add);
        });

    assertThat(refusals).hasSize(2).allMatch(DecisionRefusedException.class::isInstance);
    assertThat(lockstep.transactions().inDoubt()).isEmpty();
    assertThat(lockstep.transactions().audit()).isEmpty();
    assertThat(sent()).isEqualTo(1);
  }

  @Test
  void whatIsRolledBackByHandIsRolledBackEverywhereAndForgotten() throws Exception {
    assertThatThrownBy(
            () -> sendWhile(() -> lockstep.transactions().rollback(id(), WHY, Resolve.FORCED)))
        .isInstanceOf(RollbackException.class);

    assertThat(sent()).isZero();
    assertThat(lockstep.transactions().inDoubt()).isEmpty();
    assertAudited(Action.ROLLBACK);
  }

  @Test
  void whatIsCommittedByHandIsForgottenByRecoveryInTheNextLife() throws Exception {
    sendWhile(() -> lockstep.transactions().commit(id(), WHY, Resolve.FORCED));
    assertThat(sent()).isEqualTo(1);
    assertThat(lockstep.transactions().find(id()).flatMap(InDoubt::heuristic)).isPresent();
    lockstep.close();
    lockstep = openLog();
    assertThat(lockstep.transactions().inDoubt()).hasSize(1);

    RecoveryReport report = transactions.recoverNow(Duration.ofSeconds(30));
    assertThat(report.left()).isEmpty();
    assertThat(report.heuristics()).isEmpty();
    assertThat(lockstep.transactions().inDoubt()).isEmpty();
    assertThat(sent()).isEqualTo(1);
    assertAudited(Action.COMMIT);
  }

  private void assertAudited(Action action) {
    assertThat(lockstep.transactions().audit())
        .singleElement()
        .returns(action, AuditRecord::action)
        .returns(Resolve.FORCED, AuditRecord::resolve)
        .returns(WHY, AuditRecord::reason);
  }

  /** A resource of which only the prepare matters. */
  private static final class Last extends IdleResource {
    private final Runnable prepares;

    Last(Runnable prepares) {
      this.prepares = prepares;
    }

    @Override
    public int prepare(Xid xid) {
      prepares.run();
      return XA_OK;
    }
  }
}
