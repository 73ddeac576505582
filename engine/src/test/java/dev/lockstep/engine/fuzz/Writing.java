package dev.lockstep.engine.fuzz;

import dev.lockstep.Headers;
import dev.lockstep.StartFrom;
import dev.lockstep.engine.OpenLog;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** What one life of a log writes: some of everything. */
final class Writing {
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
            Headers.empty().with("life", new byte[] {(byte) life})));
  }

  private void prepare(Branch branch) {
    prepared.add(branch.id());
    branch.prepare(Decider.TRANSACTION_MANAGER, new byte[] {1, 2, 3});
  }

  private void take() {
    try (Subscription member = log.log().subscribe(Truth.GROUP, "orders", StartFrom.EARLIEST)) {
      for (Delivery delivery : member.fetch(3, Duration.ZERO)) {
        Branch branch = log.log().begin();
        branch.acknowledge(
            Truth.GROUP,
            "orders",
            delivery.partition(),
            delivery.offset(),
            delivery.offset() + 1,
            member.memberEpoch());
        branch.commitOnePhase();
      }
    }
  }
}
