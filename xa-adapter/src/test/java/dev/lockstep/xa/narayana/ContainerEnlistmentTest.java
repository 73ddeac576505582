package dev.lockstep.xa.narayana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Headers;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import dev.lockstep.xa.BranchResource;
import dev.lockstep.xa.FakeLog;
import dev.lockstep.xa.JtaBinding;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A binding whose resources a container enlists, as connectors do. */
@Timeout(60)
class ContainerEnlistmentTest {
  private final FakeLog log = new FakeLog();
  private final List<BranchResource> enlisted = new ArrayList<>();
  private NarayanaTransactions transactions;
  private TransactionManager manager;
  private JtaBinding binding;

  @BeforeEach
  void open() {
    transactions = NarayanaFixture.transactions().open();
    manager = transactions.transactionManager();
    binding = JtaBinding.of(asked -> enlist(), transactions.synchronizationRegistry());
    binding.attach(log);
  }

  @AfterEach
  void close() throws Exception {
    try {
      if (manager.getStatus() != Status.STATUS_NO_TRANSACTION) {
        manager.rollback();
      }
      assertThat(log.open()).isEmpty();
    } finally {
      binding.detach(log);
      transactions.close();
    }
  }

  /** What a container does when it is asked for a connection, or begins a delivery. */
  private Branch enlist() {
    try {
      BranchResource resource = binding.resource(log);
      if (!manager.getTransaction().enlistResource(resource)) {
        throw new TransactionRolledBackException("refused");
      }
      enlisted.add(resource);
      return resource.branch().orElseThrow();
    } catch (RollbackException | SystemException e) {
      throw new TransactionRolledBackException("refused", e);
    }
  }

  private static Envelope message(String text) {
    return new Envelope(
        "orders", Optional.empty(), text.getBytes(StandardCharsets.UTF_8), Headers.empty());
  }

  @Test
  void theContainerIsAskedOncePerTransaction() throws Exception {
    for (String text : List.of("a", "b")) {
      manager.begin();
      Branch first = binding.current(log).orElseThrow();
      first.append(message(text));
      assertThat(binding.current(log)).containsSame(first);
      manager.commit();
    }
    assertThat(enlisted).hasSize(2);
    assertThat(log.visible()).containsExactly("a", "b");
    assertThat(log.calls())
        .containsExactly("BEGIN", "COMMIT_ONE_PHASE", "BEGIN", "COMMIT_ONE_PHASE");
  }

  @Test
  void callsUseTheBranchThatTheContainerHasBroughtAlready() throws Exception {
    manager.begin();
    Branch delivered = enlist();
    assertThat(binding.enter(log, enlisted.get(0))).isSameAs(delivered);
    assertThat(binding.current(log)).containsSame(delivered);
    delivered.append(message("a"));
    manager.commit();

    assertThat(enlisted).hasSize(1);
    assertThat(log.calls()).containsExactly("BEGIN", "COMMIT_ONE_PHASE");
  }

  @Test
  void aSecondResourceJoinsTheBranchOfTheFirst() throws Exception {
    manager.begin();
    Branch first = enlist();
    assertThat(enlist()).isSameAs(first);
    first.append(message("a"));
    manager.commit();

    assertThat(log.calls()).containsExactly("BEGIN", "COMMIT_ONE_PHASE");
  }

  @Test
  void aContainerThatRefusesIsHeard() throws Exception {
    log.fail(FakeLog.Call.BEGIN, new IllegalStateException("out of order"));
    manager.begin();
    assertThatThrownBy(() -> binding.current(log))
        .isInstanceOf(TransactionRolledBackException.class);
    log.heal();
  }

  @Test
  void outsideATransactionTheContainerIsNotAsked() {
    assertThat(binding.current(log)).isEqualTo(Optional.empty());
    assertThat(enlisted).isEmpty();
  }
}
