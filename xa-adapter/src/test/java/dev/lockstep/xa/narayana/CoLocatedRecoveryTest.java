package dev.lockstep.xa.narayana;

import dev.lockstep.xa.FakeLog;
import dev.lockstep.xa.FakeRecords;
import org.junit.jupiter.api.Timeout;

/** The same recovery with the decision records in the log, and forces elided. */
@Timeout(60)
class CoLocatedRecoveryTest extends RecoveryTest {
  @Override
  FakeLog newLog() {
    return new FakeLog().with(new FakeRecords());
  }

  @Override
  NarayanaTransactions.Builder builder() {
    return NarayanaFixture.transactions().store(TransactionStore.CO_LOCATED).elision(Elision.ON);
  }
}
