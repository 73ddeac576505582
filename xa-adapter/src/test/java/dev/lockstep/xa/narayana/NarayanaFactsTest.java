package dev.lockstep.xa.narayana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.TwoPhaseVolatileStore;
import com.arjuna.ats.internal.arjuna.objectstore.VolatileStore;
import com.arjuna.ats.internal.arjuna.objectstore.slot.SlotStoreAdaptor;
import com.arjuna.ats.internal.arjuna.objectstore.slot.VolatileSlots;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTAActionStatusServiceXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTANodeNameXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTATransactionLogXAResourceOrphanFilter;
import com.arjuna.ats.jta.common.JTAEnvironmentBean;
import com.arjuna.ats.jta.resources.LastResourceCommitOptimisation;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.xa.JtaBinding;
import dev.lockstep.xa.ManagerCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jboss.tm.LastResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class NarayanaFactsTest {
  private static final List<String> FILTERS =
      List.of(
          JTATransactionLogXAResourceOrphanFilter.class.getName(),
          JTANodeNameXAResourceOrphanFilter.class.getName(),
          JTAActionStatusServiceXAResourceOrphanFilter.class.getName());
  private static final List<String> STORE = List.of(DecisionStore.class.getName());

  private static void assertFound(NarayanaFacts facts, String... codesAndNames) {
    assertThat(facts.findings())
        .extracting(finding -> finding.code() + " " + finding.allowedAs().orElse("-"))
        .containsExactly(codesAndNames);
  }

  private static NarayanaFacts node(String id, String... recovered) {
    return new NarayanaFacts(
        id,
        List.of(recovered),
        STORE,
        Optional.empty(),
        List.of(),
        FILTERS,
        NarayanaFacts.LAST_RESOURCE);
  }

  private static NarayanaFacts store(List<String> types, List<String> unforced) {
    return new NarayanaFacts(
        "a", List.of("a"), types, Optional.empty(), unforced, FILTERS, NarayanaFacts.LAST_RESOURCE);
  }

  @Test
  void theNodeIdIsNotTheOneThatEverybodyHasAndIsRecovered() {
    assertFound(node("a", "a"));
    assertFound(node("a", "b", "a"));
    assertFound(node("1", "1"), "LSTP-0510 default-node-id");
    assertFound(node("a", "1"), "LSTP-0511 recovery-nodes");
    assertFound(node("a"), "LSTP-0511 recovery-nodes");
    assertFound(node("a", "*"), "LSTP-0512 recovery-of-all-nodes");
  }

  @ParameterizedTest
  @ValueSource(classes = {VolatileStore.class, TwoPhaseVolatileStore.class})
  void aStoreInMemoryIsFound(Class<?> type) {
    assertFound(store(List.of(type.getName()), List.of()), "LSTP-0513 volatile-store");
  }

  @Test
  void slotsInMemoryAreFound() {
    assertFound(
        store(List.of(SlotStoreAdaptor.class.getName(), VolatileSlots.class.getName()), List.of()),
        "LSTP-0513 volatile-store");
  }

  @Test
  void aStoreThatIsNotForcedIsFound() {
    assertFound(store(STORE, List.of("x.transactionSync")), "LSTP-0514 unforced-store");
  }

  @Test
  void aStoreOnAFileSystemInMemoryIsFound() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeThat(memory).exists();
    assumeThat(Files.getFileStore(memory).type()).isEqualTo("tmpfs");
    assertThat(NarayanaFacts.fileSystem(memory.resolve("not/there/yet")).orElseThrow().allowedAs())
        .hasValue("store-in-memory");
    assertThat(NarayanaFacts.fileSystem(NarayanaFixture.STORE)).isEmpty();
    assertFound(
        new NarayanaFacts(
            "a",
            List.of("a"),
            STORE,
            Optional.of(memory),
            List.of(),
            FILTERS,
            NarayanaFacts.LAST_RESOURCE),
        "LSTP-0515 store-in-memory");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void eachOrphanFilterIsNeeded(int missing) {
    List<String> filters =
        FILTERS.stream().filter(name -> !name.equals(FILTERS.get(missing))).toList();
    NarayanaFacts facts =
        new NarayanaFacts(
            "a",
            List.of("a"),
            STORE,
            Optional.empty(),
            List.of(),
            filters,
            NarayanaFacts.LAST_RESOURCE);
    assertFound(facts, "LSTP-0516 orphan-filters");
    assertThat(facts.findings().get(0).problem()).endsWith(": " + FILTERS.get(missing));
  }

  @Test
  void theSettingsOfNarayanaTransactionsAreSafe() {
    try (NarayanaTransactions transactions = NarayanaFixture.transactions().open()) {
      assertThat(NarayanaFacts.current().findings()).isEmpty();
      assertThat(NarayanaFacts.current().nodeId()).isEqualTo(NarayanaFixture.NODE);
      assertThat(transactions.binding().diagnose()).isEmpty();
    }
  }

  /** Narayana's settings are statics: what is changed here is changed back. */
  @Test
  void aManagerThatSomebodyElseHasSetUpIsExamined() {
    try (NarayanaTransactions transactions = NarayanaFixture.transactions().open()) {
      JtaBinding bare =
          JtaBinding.of(transactions.transactionManager(), transactions.synchronizationRegistry());
      assertThat(bare.diagnose()).isEmpty();
      JTAEnvironmentBean jta = BeanPopulator.getDefaultInstance(JTAEnvironmentBean.class);
      ObjectStoreEnvironmentBean store =
          BeanPopulator.getDefaultInstance(ObjectStoreEnvironmentBean.class);
      try {
        jta.setLastResourceOptimisationInterfaceClassName(
            LastResourceCommitOptimisation.class.getName());
        store.setTransactionSync(false);
        store.setObjectStoreSync(false);
        List<Finding> findings = bare.diagnose();
        assertThat(findings).extracting(Finding::code).containsExactly("LSTP-0514", "LSTP-0517");
        assertThat(findings.get(0).remedy()).contains("transactionSync", "objectStoreSync");
        assertThat(findings.get(1).remedy()).contains(LastResource.class.getName());
      } finally {
        jta.setLastResourceOptimisationInterfaceClassName(LastResource.class.getName());
        store.setTransactionSync(true);
        store.setObjectStoreSync(true);
      }
      assertThat(bare.diagnose()).isEmpty();
    }
  }

  @Test
  void aManagerOfAnotherProductIsNotNarayanas() {
    try (NarayanaTransactions transactions =
        NarayanaFixture.transactions()
            .decorate(
                manager ->
                    dev.lockstep.testkit.KillPoints.armed("", point -> {}).instrument(manager))
            .open()) {
      for (ManagerCheck check : ServiceLoader.load(ManagerCheck.class)) {
        assertThat(check.examine(transactions.transactionManager())).isEmpty();
      }
    }
  }
}
