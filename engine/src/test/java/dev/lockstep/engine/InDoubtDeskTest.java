package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.Headers;
import dev.lockstep.LockstepConfig;
import dev.lockstep.TopicConfig;
import dev.lockstep.Transactions.Case;
import dev.lockstep.Transactions.Desk;
import dev.lockstep.Transactions.InDoubt;
import dev.lockstep.Transactions.OtherBranch;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.jmx.TransactionsMXBean;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Participant;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Branches of this log, of the participants, and what is proven, joined by transaction. */
@Timeout(60)
class InDoubtDeskTest {
  private static final Instant LONG_AGO = Instant.EPOCH;

  private final Map<BranchId, Decision> decisions = new HashMap<>();
  private final Database shop = new Database("shop", Optional.of("system 1"));
  private final Database other = new Database("other", Optional.empty());

  private static final class Database implements Participant {
    private final String name;
    private final Optional<String> identity;
    private final List<Prepared> prepared = new ArrayList<>();
    private Optional<Exception> failure = Optional.empty();

    Database(String name, Optional<String> identity) {
      this.name = name;
      this.identity = identity;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Optional<String> identity() {
      return identity;
    }

    @Override
    public List<Finding> diagnose(Optional<Duration> transactionTimeout) {
      return List.of();
    }

    @Override
    public List<Prepared> prepared() throws Exception {
      if (failure.isPresent()) {
        throw failure.get();
      }
      return prepared;
    }
  }

  private final class Manager implements TransactionBinding {
    @Override
    public Optional<Branch> current(TransactionalLog log) {
      return Optional.empty();
    }

    @Override
    public Decision decision(BranchId branch) {
      if (decisions.isEmpty()) {
        throw new IllegalStateException("no store");
      }
      return decisions.getOrDefault(branch, Decision.UNKNOWN);
    }
  }

  private Engine open() throws IOException {
    LockstepConfig config =
        TestLogs.config(Path.of("memory"))
            .transactions(new Manager())
            .participants(shop, other, new Database("shop again", shop.identity()))
            .build();
    Engine engine = TestLogs.open(new PowerCutStorage(3), config);
    engine.topics().create(TopicConfig.of("orders"));
    return engine;
  }

  private static BranchId id(int transaction, int qualifier) {
    return BranchId.of(7, new byte[] {(byte) transaction}, new byte[] {(byte) qualifier});
  }

  private static void prepare(Engine engine, BranchId id) {
    Branch branch = engine.log().begin(id);
    branch.append(new Envelope("orders", Optional.empty(), new byte[1], Headers.empty()));
    branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
  }

  private static Participant.Prepared prepared(BranchId id, String name, String... blocked) {
    return new Participant.Prepared(id, name, LONG_AGO, List.of(blocked));
  }

  @Test
  void branchesOfOneTransactionAreOneCase() throws IOException {
    try (Engine engine = open()) {
      prepare(engine, id(1, 1));
      prepare(engine, id(2, 1));
      shop.prepared.add(prepared(id(1, 2), "one", "backend 5 waits"));
      shop.prepared.add(prepared(id(3, 2), "three"));
      other.prepared.add(prepared(id(1, 3), "uno"));
      decisions.put(id(1, 1), Decision.COMMIT);
      decisions.put(id(3, 2), Decision.ROLLBACK);

      Desk desk = engine.transactions().desk();
      assertThat(desk.outOfReach()).isEmpty();
      assertThat(desk.cases())
          .extracting(found -> found.here().map(InDoubt::transactionId))
          .containsExactly(
              Optional.of(id(1, 1).toString()), Optional.empty(), Optional.of(id(2, 1).toString()));
      Case everywhere = desk.cases().get(0);
      assertThat(everywhere.decision()).isEqualTo(Decision.COMMIT);
      assertThat(everywhere.since()).isEqualTo(LONG_AGO);
      assertThat(everywhere.elsewhere())
          .extracting(OtherBranch::participant)
          .containsExactly("shop", "other");
      OtherBranch inShop = everywhere.elsewhere().get(0);
      assertThat(inShop.transactionId()).isEqualTo(id(1, 2).toString());
      assertThat(inShop.nativeName()).isEqualTo("one");
      assertThat(inShop.blocked()).containsExactly("backend 5 waits");
      assertThat(desk.cases().get(1).decision()).isEqualTo(Decision.ROLLBACK);
      assertThat(desk.cases().get(2).decision()).isEqualTo(Decision.UNKNOWN);
      assertThat(desk.cases().get(2).elsewhere()).isEmpty();
    }
  }

  @Test
  void whatWasDecidedByHandIsShownBesideWhatIsStillPrepared() throws IOException {
    try (Engine engine = open()) {
      prepare(engine, id(1, 1));
      shop.prepared.add(prepared(id(1, 2), "one"));
      decisions.put(id(9, 9), Decision.COMMIT);
      engine.transactions().commit(id(1, 1).toString(), "asked for", Resolve.FORCED);
      Case found = engine.transactions().desk().cases().get(0);
      assertThat(found.here().orElseThrow().heuristic()).isPresent();
      assertThat(found.elsewhere()).hasSize(1);
    }
  }

  @Test
  void whoDoesNotAnswerIsNamedOnceAndTheOthersAreShown() throws IOException {
    try (Engine engine = open()) {
      prepare(engine, id(1, 1));
      prepare(engine, id(2, 1));
      shop.failure = Optional.of(new IOException("gone"));
      other.prepared.add(prepared(id(1, 3), "uno"));
      Desk desk = engine.transactions().desk();
      assertThat(desk.outOfReach())
          .containsExactly(
              "'shop' does not answer: java.io.IOException: gone",
              "the transaction manager does not answer: java.lang.IllegalStateException: no store");
      assertThat(desk.cases()).hasSize(2);
      assertThat(desk.cases().get(0).elsewhere()).hasSize(1);
    }
  }

  @Test
  void jmxShowsTheSame() throws Exception {
    MBeanServer server = MBeanServerFactory.newMBeanServer();
    try (Engine engine = open()) {
      engine.manage(server);
      prepare(engine, id(1, 1));
      shop.prepared.add(prepared(id(1, 2), "one", "backend 5 waits"));
      other.failure = Optional.of(new IOException("gone"));
      decisions.put(id(1, 1), Decision.COMMIT);
      TransactionsMXBean bean =
          JMX.newMXBeanProxy(
              server,
              new ObjectName("dev.lockstep:type=Transactions,dir=\"memory\""),
              TransactionsMXBean.class);
      TransactionsMXBean.DeskFigures desk = bean.desk();
      assertThat(desk.getOutOfReach()).hasSize(1);
      TransactionsMXBean.CaseFigures found = desk.getCases().get(0);
      assertThat(desk.getCases()).hasSize(1);
      assertThat(found.getTransactionId()).isEqualTo(id(1, 1).toString());
      assertThat(found.getDecision()).isEqualTo("COMMIT");
      assertThat(found.getAgeMillis()).isPositive();
      assertThat(found.getHeuristic()).isEmpty();
      assertThat(found.getBlockedGroups()).isEmpty();
      TransactionsMXBean.PreparedFigures inShop = found.getElsewhere().get(0);
      assertThat(inShop.getParticipant()).isEqualTo("shop");
      assertThat(inShop.getNativeName()).isEqualTo("one");
      assertThat(inShop.getAgeMillis()).isPositive();
      assertThat(inShop.getBlocked()).containsExactly("backend 5 waits");
    }
  }
}
