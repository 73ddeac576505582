package dev.lockstep.xa.narayana;

import static dev.lockstep.xa.narayana.NarayanaFixture.NODE;
import static dev.lockstep.xa.narayana.NarayanaFixture.STORE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidConfigException;
import dev.lockstep.testkit.KillPoints;
import dev.lockstep.xa.FakeLog;
import jakarta.transaction.Status;
import jakarta.transaction.Transaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NarayanaTransactionsTest {
  private static RecoverableResource resource(String name) {
    return RecoverableResource.of(
        name, enlisted -> false, () -> new ScriptedResource(name), opened -> {});
  }

  @Test
  void namesAllProblemsAtOnce() {
    assertThatThrownBy(
            () ->
                NarayanaTransactions.builder("x".repeat(29), STORE)
                    .recoveryInterval(Duration.ZERO)
                    .defaultTimeout(Duration.ofMillis(1500))
                    .recover(resource("shop"))
                    .recover(resource("shop"))
                    .open())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("has 29 bytes")
        .hasMessageContaining("recoveryInterval is PT0S")
        .hasMessageContaining("defaultTimeout is PT1.5S")
        .hasMessageContaining("two resources for recovery are named 'shop'");
  }

  @Test
  void theNodeIdIsCountedInBytes() {
    assertThatThrownBy(() -> NarayanaTransactions.builder("ä".repeat(15), STORE).open())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("has 30 bytes; an Xid has room for 28");
  }

  @Test
  void theNodeIdNamesOneNode() {
    for (String bad : new String[] {"", " ", " a", "*"}) {
      assertThatThrownBy(() -> NarayanaTransactions.builder(bad, STORE).open())
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("it must be a name");
    }
  }

  @Test
  void aSecondOneIsRefusedWhileOneIsOpen() {
    try (NarayanaTransactions first = NarayanaFixture.transactions().open()) {
      assertThat(first.recoverNow(Duration.ZERO).isComplete()).isTrue();
      assertThatThrownBy(() -> NarayanaFixture.transactions().open())
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("are open already")
          .hasMessageContaining(NODE)
          .hasMessageContaining(STORE.toAbsolutePath().toString());
    }
  }

  @Test
  void otherSettingsAreRefusedForTheLifeOfTheJvm(@TempDir Path other) {
    NarayanaFixture.transactions().open().close();

    assertThatThrownBy(() -> NarayanaTransactions.builder("other", STORE).open())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("'" + NODE + "'")
        .hasMessageContaining("'other'");
    assertThatThrownBy(() -> NarayanaTransactions.builder(NODE, other).open())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(STORE.toAbsolutePath().toString())
        .hasMessageContaining(other.toString());
    assertThat(other).isEmptyDirectory();
  }

  @Test
  void theSameSettingsMayBeOpenedAgain() throws Exception {
    for (int life = 0; life < 3; life++) {
      FakeLog log = new FakeLog();
      try (NarayanaTransactions transactions = NarayanaFixture.transactions().open()) {
        transactions.binding().attach(log);
        transactions.userTransaction().begin();
        assertThat(transactions.binding().current(log)).isPresent();
        transactions.userTransaction().commit();
        transactions.binding().detach(log);
      }
      assertThat(log.calls()).contains("COMMIT_ONE_PHASE");
    }
  }

  @Test
  void aHeldStoreIsRefusedAndMayBeOpenedLater() {
    NarayanaFixture.transactions().open().close();
    StoreLock holder = StoreLock.hold(STORE.toAbsolutePath());
    assertThatThrownBy(() -> NarayanaFixture.transactions().open())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("is in use by another process")
        .hasMessageContaining(STORE.toString());
    holder.close();

    NarayanaFixture.transactions().open().close();
  }

  @Test
  void aStoreThatCannotBeADirectoryIsRefused(@TempDir Path directory) throws Exception {
    Path file = Files.createFile(directory.resolve("file"));

    assertThatThrownBy(() -> StoreLock.hold(file))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("Choose a directory");
  }

  @Test
  void closingTwiceDoesNothingAndLeavesNoThread() throws Exception {
    NarayanaTransactions transactions = NarayanaFixture.transactions().open();
    try (transactions) {
      transactions.transactionManager().begin();
      transactions.transactionManager().commit();
    }
    transactions.close();

    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.contains("lockstep-recovery") || name.contains("Reaper"));
  }

  @Test
  void whatIsOpenAtTheEndIsRolledBack() throws Exception {
    FakeLog log = new FakeLog();
    NarayanaTransactions transactions = NarayanaFixture.transactions().open();
    transactions.binding().attach(log);
    Transaction open;
    try (transactions) {
      transactions.transactionManager().begin();
      assertThat(transactions.binding().current(log)).isPresent();
      open = transactions.transactionManager().suspend();
    }

    assertThat(log.open()).isEmpty();
    assertThat(open.getStatus()).isEqualTo(Status.STATUS_ROLLEDBACK);
  }

  @Test
  void theManagerMayBeDecorated() throws Exception {
    try (NarayanaTransactions transactions =
        NarayanaFixture.transactions()
            .decorate(manager -> KillPoints.armed("", point -> {}).instrument(manager))
            .open()) {
      assertThat(transactions.transactionManager().getClass().getName())
          .startsWith("dev.lockstep.testkit.");
    }
  }
}
