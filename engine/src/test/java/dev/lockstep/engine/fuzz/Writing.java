package dev.lockstep.engine.fuzz;

import dev.lockstep.Headers;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.engine.OpenLog;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** What one life of a log writes: some of everything. */
final class Writing {
  /** Nobody comes to it by waiting. */
  private static final Instant UNTIL = Instant.parse("2999-01-01T00:00:00Z");

  private final OpenLog log;
  private final int life;
  private final Set<BranchId> prepared;

  Writing(OpenLog log, int life, Set<BranchId> prepared) {
    this.log = log;
    this.life = life;
    this.prepared = prepared;
  }

  void all() {
    for (int i = 0; i < 12; i++) {
      Branch branch = begin(i);
      append(branch, "orders", "key" + i % 5, i % 4 == 0 ? 12_000 : 100 * i);
      append(branch, "invoices", "key" + i % 3, 40);
      append(branch, "events", "key", 200);
      switch (i % 6) {
        case 2 -> prepare(branch);
        case 3 -> {
          prepare(branch);
          branch.rollback();
        }
        case 4 -> {
          prepare(branch);
          log.log().commit(branch.id());
        }
        default -> branch.commitOnePhase();
      }
    }
    byHand();
    take();
  }

  private Branch begin(int number) {
    return log.log().begin(BranchId.of(5, new byte[] {(byte) life, (byte) number}, new byte[0]));
  }

  private void append(Branch branch, String topic, String key, int size) {
    String text = life + " " + branch.id() + " " + topic + " ";
    String payload = text + "x".repeat(size);
    branch.append(
        new Envelope(
            topic,
            Optional.of(key.getBytes(StandardCharsets.UTF_8)),
            payload.getBytes(StandardCharsets.UTF_8),
            Headers.empty().with("life", new byte[] {(byte) life}),
            Envelope.Kind.MESSAGE,
            Optional.empty(),
            Optional.of(text))); // no two are the same
  }

  private void prepare(Branch branch) {
    prepared.add(branch.id());
    branch.prepare(Decider.TRANSACTION_MANAGER, new byte[] {1, 2, 3});
  }

  /** One is committed and forgotten, another one is rolled back. */
  private void byHand() {
    Branch forgotten = preparedByHand(20);
    log.transactions().commit(forgotten.id().toString(), "as planned", Resolve.FORCED);
    log.transactions().forget(forgotten.id().toString(), "as planned");
    Branch rolledBack = preparedByHand(21);
    log.transactions().rollback(rolledBack.id().toString(), "as planned", Resolve.FORCED);
  }

  private Branch preparedByHand(int number) {
    Branch branch = begin(number);
    append(branch, "orders", "by hand", 100);
    prepare(branch);
    return branch;
  }

  /** What is of no use: it makes the segments worth emptying. */
  void dead() {
    for (int i = 0; i < 8; i++) {
      Branch branch = begin(100 + i);
      append(branch, "invoices", "dead", 14_000);
      branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
      branch.rollback();
    }
  }

  /** The first message that is left is put off to another day, and its partition with it. */
  void parkOnce() {
    if (life > 0) {
      return; // the other partition goes on
    }
    try (Subscription member = log.log().subscribe(Truth.GROUP, "orders", StartFrom.EARLIEST)) {
      Delivery delivery = member.fetch(1, Duration.ZERO).get(0);
      Branch branch = log.log().begin();
      branch.park(
          Truth.GROUP,
          "orders",
          delivery.partition(),
          delivery.offset(),
          UNTIL,
          1,
          member.memberEpoch());
      branch.commitOnePhase();
    }
  }

  /** A topic and a group come and go. */
  void comeAndGo() {
    String name = "gone" + life;
    log.topics().create(TopicConfig.of(name));
    Branch branch = log.log().begin();
    append(branch, name, "key", 100);
    branch.commitOnePhase();
    log.topics().delete(name);
    log.log().subscribe(name, "orders", StartFrom.EARLIEST).close();
    log.groups().delete(name);
    log.groups().reset(Truth.GROUP, "invoices", 0, end());
  }

  private long end() {
    log.log().subscribe(Truth.GROUP, "invoices", StartFrom.EARLIEST).close();
    return log.topics().find("invoices").orElseThrow().endOffset(0);
  }

  private void take() {
    try (Subscription member = log.log().subscribe(Truth.GROUP, "orders", StartFrom.EARLIEST)) {
      for (Delivery delivery : member.fetch(3, Duration.ZERO)) {
        Branch branch = log.log().begin();
        branch.acknowledge(
            Truth.GROUP,
            "orders",
            delivery.partition(),
            delivery.coversFrom(),
            delivery.offset() + 1,
            member.memberEpoch());
        branch.commitOnePhase();
      }
    }
  }
}
