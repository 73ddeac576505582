package dev.lockstep.xa.narayana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.CommitPath;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.Headers;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.testkit.IdleResource;
import dev.lockstep.xa.FakeLog;
import dev.lockstep.xa.JtaBinding;
import jakarta.transaction.RollbackException;
import jakarta.transaction.TransactionManager;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.transaction.xa.XAResource;
import org.jboss.tm.LastResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who else takes part in a transaction: some must not, since the log can't be kept with them. */
@Timeout(60)
class CompanyTest {
  private final FakeLog log = new FakeLog();
  private NarayanaTransactions transactions;
  private TransactionManager manager;

  @BeforeEach
  void open() {
    transactions = NarayanaFixture.transactions().open();
    manager = transactions.transactionManager();
  }

  @AfterEach
  void close() {
    try {
      assertThat(log.open()).isEmpty();
    } finally {
      transactions.close();
    }
  }

  /** A connection that commits in one phase only, and what it was asked to do. */
  private static final class LocalConnection {
    private final List<String> calls = new ArrayList<>();
    private final IdleResource idle = new IdleResource();

    XAResource resource() {
      return (XAResource)
          Proxy.newProxyInstance(
              CompanyTest.class.getClassLoader(),
              new Class<?>[] {XAResource.class, LastResource.class},
              (self, method, arguments) -> {
                if (method.getName().equals("hashCode")) {
                  return System.identityHashCode(self);
                }
                if (method.getName().equals("equals")) {
                  return self == arguments[0];
                }
                if (List.of("prepare", "commit", "rollback").contains(method.getName())) {
                  calls.add(method.getName());
                }
                try {
                  return method.invoke(idle, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }
  }

  private static void send(TransactionBinding binding, FakeLog log) {
    Branch branch = binding.current(log).orElseThrow();
    branch.append(new Envelope("orders", Optional.empty(), new byte[] {1}, Headers.empty()));
  }

  private void assertRefused(TransactionBinding binding, boolean localFirst) throws Exception {
    LocalConnection local = new LocalConnection();
    manager.begin();
    if (localFirst) {
      manager.getTransaction().enlistResource(local.resource());
    }
    send(binding, log);
    if (!localFirst) {
      manager.getTransaction().enlistResource(local.resource());
    }
    assertThatThrownBy(manager::commit)
        .isInstanceOf(RollbackException.class)
        .hasStackTraceContaining("LSTP-0524")
        .hasStackTraceContaining("Make it an XA data source");
    assertThat(local.calls).containsExactly("rollback");
    assertThat(log.open()).isEmpty();
  }

  @Test
  void aLocalResourceIsRefused() throws Exception {
    TransactionBinding binding = transactions.binding();
    binding.attach(log);
    assertRefused(binding, true);
    assertRefused(binding, false);
    binding.detach(log);
  }

  @Test
  void theDoctorKnowsOfALocalResource() throws Exception {
    JtaBinding binding = JtaBinding.of(manager, transactions.synchronizationRegistry());
    binding.attach(log);
    assertThat(binding.diagnose()).extracting(Finding::code).doesNotContain("LSTP-0524");
    assertRefused(binding, true);
    assertThat(binding.diagnose()).extracting(Finding::code).contains("LSTP-0524");
    binding.detach(log);
  }

  /** It has nothing to lose. */
  @Test
  void aLocalResourceBesideABranchWithoutMessagesIsNone() throws Exception {
    TransactionBinding binding = transactions.binding();
    binding.attach(log);
    LocalConnection local = new LocalConnection();
    manager.begin();
    assertThat(binding.current(log)).isPresent();
    manager.getTransaction().enlistResource(local.resource());
    manager.commit();
    assertThat(local.calls).containsExactly("commit");
    binding.detach(log);
  }

  @Test
  void anyResourceIsRefusedWhereTheLogIsToBeAlone() throws Exception {
    FakeLog alone = new FakeLog().onPath(CommitPath.LOG_ONLY);
    TransactionBinding binding = transactions.binding();
    binding.attach(alone);
    manager.begin();
    send(binding, alone);
    manager.commit(); // one phase
    manager.begin();
    send(binding, alone);
    manager.getTransaction().enlistResource(new IdleResource());
    assertThatThrownBy(manager::commit)
        .isInstanceOf(RollbackException.class)
        .hasStackTraceContaining("LSTP-0523")
        .hasStackTraceContaining("lockstep.commit-path");
    assertThat(alone.open()).isEmpty();
    binding.detach(alone);
  }

  @Test
  void otherResourcesMayTakePartInTwoPhases() throws Exception {
    FakeLog both = new FakeLog().onPath(CommitPath.XA);
    TransactionBinding binding = transactions.binding();
    binding.attach(both);
    manager.begin();
    send(binding, both);
    manager.getTransaction().enlistResource(new IdleResource());
    manager.commit();
    assertThat(both.open()).isEmpty();
    binding.detach(both);
  }
}
