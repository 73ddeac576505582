package dev.lockstep.xa.narayana;

import static dev.lockstep.xa.narayana.NarayanaFixture.NODE;
import static dev.lockstep.xa.narayana.NarayanaFixture.STORE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.Diagnosis.Severity;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.xa.FakeLog;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.transaction.xa.XAResource;
import org.jboss.tm.LastResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is unsafe about Narayana in Java SE, with a log. */
@Timeout(60)
class NarayanaDiagnosisTest {

  /** A resource that can't prepare, and says that it has. */
  private static XAResource local(ScriptedResource behind) {
    return (XAResource)
        Proxy.newProxyInstance(
            NarayanaDiagnosisTest.class.getClassLoader(),
            new Class<?>[] {XAResource.class, LastResource.class},
            (proxy, method, arguments) -> method.invoke(behind, arguments));
  }

  private static List<String> codes(TransactionBinding binding) {
    return binding.diagnose().stream().map(Finding::code).toList();
  }

  private static void transaction(NarayanaTransactions transactions, XAResource resource)
      throws Exception {
    transactions.transactionManager().begin();
    transactions.transactionManager().getTransaction().enlistResource(resource);
    transactions.transactionManager().commit();
  }

  @Test
  void theTimeoutOfTransactionsIsKnown() {
    try (NarayanaTransactions transactions =
        NarayanaFixture.transactions().defaultTimeout(Duration.ofSeconds(17)).open()) {
      assertThat(transactions.binding().transactionTimeout()).hasValue(Duration.ofSeconds(17));
    }
  }

  @Test
  void aLogIsNotOpenedWithTransactionsThatAreClosed(@TempDir Path directory) {
    NarayanaTransactions transactions = NarayanaFixture.transactions().open();
    transactions.close();
    assertThat(codes(transactions.binding())).containsExactly("LSTP-0518");
    assertThatThrownBy(
            () ->
                Lockstep.open(
                    LockstepConfig.builder()
                        .dataDir(directory.resolve("log"))
                        .transactions(transactions.binding())
                        .build()))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("the recovery of node '" + NODE + "' is not running");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aLogThatRecoveryHasForgottenIsFound() {
    FakeLog log = new FakeLog();
    NarayanaTransactions transactions = NarayanaFixture.transactions().open();
    try (transactions) {
      transactions.binding().attach(log);
      assertThat(codes(transactions.binding())).isEmpty();
    }
    assertThat(transactions.binding().diagnose())
        .extracting(Finding::code)
        .containsExactly("LSTP-0518", "LSTP-0519");
    transactions.binding().detach(log);
  }

  @Test
  void resourcesThatRecoveryDoesNotVisitAreFound() throws Exception {
    ScriptedResource known = new ScriptedResource("known");
    RecoverableResource shop =
        RecoverableResource.of("shop", enlisted -> enlisted == known, () -> known, unused -> {});
    try (NarayanaTransactions transactions = NarayanaFixture.transactions().recover(shop).open()) {
      transaction(transactions, known);
      assertThat(codes(transactions.binding())).isEmpty();
      transaction(transactions, new ScriptedResource("stranger"));
      assertThat(transactions.binding().diagnose())
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.code()).isEqualTo("LSTP-0521");
                assertThat(finding.severity()).isEqualTo(Severity.WARN);
                assertThat(finding.problem()).contains(ScriptedResource.class.getName());
              });
    }
    try (NarayanaTransactions next = NarayanaFixture.transactions().open()) {
      assertThat(codes(next.binding())).as("that was another use").isEmpty();
    }
  }

  @Test
  void aResourceThatCantPrepareIsNotAskedTo() throws Exception {
    ScriptedResource behind = new ScriptedResource("local");
    try (NarayanaTransactions transactions = NarayanaFixture.transactions().open()) {
      transactions.transactionManager().begin();
      transactions.transactionManager().getTransaction().enlistResource(local(behind));
      transactions
          .transactionManager()
          .getTransaction()
          .enlistResource(new ScriptedResource("known"));
      transactions.transactionManager().commit();
      assertThat(behind.calls()).containsExactly("start", "commit-one-phase");
    }
  }

  @Test
  void theStoreRemembersWhoseItIs(@TempDir Path store) throws Exception {
    assertThat(NodeMemory.remember(store, "a")).isEmpty();
    assertThat(NodeMemory.remember(store, "a")).isEmpty();
    assertThat(NodeMemory.remember(store, "b")).hasValue("a");
    assertThat(NodeMemory.remember(store, "a")).as("the first one stays").isEmpty();
    Files.writeString(store.resolve(NodeMemory.FILE), "");
    assertThat(NodeMemory.remember(store, "b")).as("the power was cut").isEmpty();
    assertThat(NodeMemory.remember(store, "b")).isEmpty();
  }

  @Test
  void theStoreKeepsItsNumber(@TempDir Path store) throws Exception {
    int number = StoreNumber.of(store);
    assertThat(StoreNumber.of(store)).isEqualTo(number);
    Path file = store.resolve(StoreNumber.FILE);
    Files.writeString(file, "");
    assertThat(StoreNumber.of(store)).as("the power was cut").isNotEqualTo(number);
    Files.writeString(file, "not one");
    assertThatThrownBy(() -> StoreNumber.of(store))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void aNodeIdThatHasChangedIsFound() throws Exception {
    NarayanaFixture.transactions().open().close();
    Path file = STORE.resolve(NodeMemory.FILE);
    assertThat(file).hasContent(NODE);
    try {
      Files.writeString(file, "former");
      try (NarayanaTransactions transactions = NarayanaFixture.transactions().open()) {
        assertThat(transactions.binding().diagnose())
            .singleElement()
            .satisfies(
                finding -> {
                  assertThat(finding.code()).isEqualTo("LSTP-0522");
                  assertThat(finding.allowedAs()).hasValue("node-id-changed");
                  assertThat(finding.problem()).contains(NODE, "'former'");
                });
      }
    } finally {
      Files.delete(file);
    }
  }
}
