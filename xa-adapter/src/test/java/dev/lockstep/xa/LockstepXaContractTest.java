package dev.lockstep.xa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.TopicConfig;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import dev.lockstep.xa.contract.Call;
import dev.lockstep.xa.contract.Departure;
import dev.lockstep.xa.contract.ResourceUnderTest;
import dev.lockstep.xa.contract.State;
import dev.lockstep.xa.contract.XaContract;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The resource of a real log on files. */
class LockstepXaContractTest extends XaContract {
  @Override
  protected ResourceUnderTest open(Path directory) {
    return new LogUnderTest(directory.resolve("log"));
  }

  @Test
  void departsInOneAnswer() {
    assertThat(departures())
        .singleElement()
        .satisfies(
            only -> {
              assertThat(only.calls()).containsExactly(Call.COMMIT_ONE_PHASE);
              assertThat(only.states()).containsExactly(State.PREPARED);
            });
    assertThat(unreachable()).isEmpty();
    assertThat(lacks()).isEmpty();
  }

  /** The suite does not wait for a timeout; here one passes. */
  @Test
  void aTimeoutPasses(@TempDir Path directory) throws XAException {
    LogUnderTest log = new LogUnderTest(directory.resolve("log"));
    XAResource resource = log.connect();
    resource.setTransactionTimeout(1);
    resource.start(Xids.xid(1), XAResource.TMNOFLAGS);
    log.work(resource);
    LogUnderTest.awaitRollback(resource);

    Xids.assertCode(
        XAException.XA_RBTIMEOUT, () -> resource.end(Xids.xid(1), XAResource.TMSUCCESS));
    resource.rollback(Xids.xid(1));
    assertThat(log.committed()).isZero();
    log.close();
  }

  @Override
  protected List<Departure> departures() {
    return List.of(
        Departure.of(
            EnumSet.of(Call.COMMIT_ONE_PHASE),
            EnumSet.of(State.PREPARED),
            "RMFAIL",
            "Narayana reads XAER_PROTO in a one-phase commit as a rollback, and nothing was rolled"
                + " back: it is to believe in no outcome"));
  }

  private static final class LogUnderTest implements ResourceUnderTest {
    private static final String TOPIC = "orders";

    private final AtomicReference<TransactionalLog> log = new AtomicReference<>();
    private final Lockstep lockstep;
    private final ResourceManager manager;

    LogUnderTest(Path directory) {
      lockstep =
          Lockstep.open(
              LockstepConfig.builder()
                  .dataDir(directory)
                  .segmentSize(1 << 20)
                  .maxMessageBytes(1 << 16)
                  .transactions(new Attached(log))
                  .build());
      lockstep.topics().create(TopicConfig.of(TOPIC).partitions(1));
      manager = new ResourceManager(log.get());
    }

    @Override
    public XAResource connect() {
      return new LogXAResource(manager);
    }

    @Override
    public void work(XAResource resource) {
      branchOf(resource).append(Xids.message("work"));
    }

    private static Branch branchOf(XAResource resource) {
      return ((LogXAResource) resource).branch().orElseThrow();
    }

    @Override
    public long committed() {
      return lockstep.topics().find(TOPIC).orElseThrow().endOffset(0);
    }

    /** What lives in this JVM is not recovery's; to a new manager nothing lives. */
    @Override
    public XAResource recovery() {
      return new RecoveryXAResource(new ResourceManager(log.get()));
    }

    @Override
    public XAResource stranger() {
      return new LogXAResource(new ResourceManager(new FakeLog(new UUID(1, 2))));
    }

    @Override
    public void decideByHand(Xid xid, Outcome outcome) throws Exception {
      String id = BranchXid.idOf(xid).toString();
      switch (outcome) {
        case COMMITTED -> lockstep.transactions().commit(id, "as planned", Resolve.FORCED);
        case ROLLED_BACK -> lockstep.transactions().rollback(id, "as planned", Resolve.FORCED);
      }
    }

    /** As if its timeout had passed long ago. */
    @Override
    public void outlast(XAResource resource) {
      branchOf(resource).expireAt(Instant.EPOCH);
      awaitRollback(resource);
    }

    static void awaitRollback(XAResource resource) {
      Branch branch = branchOf(resource);
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .pollInterval(Duration.ofMillis(1))
          .until(() -> branch.state() == Branch.State.ROLLED_BACK);
    }

    @Override
    public void disconnect() {} // a resource holds nothing

    @Override
    public void close() {
      lockstep.close();
    }
  }

  private record Attached(AtomicReference<TransactionalLog> log) implements TransactionBinding {
    @Override
    public void attach(TransactionalLog attached) {
      log.set(attached);
    }

    @Override
    public Optional<Branch> current(TransactionalLog of) {
      return Optional.empty();
    }
  }
}
