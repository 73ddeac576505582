package dev.lockstep.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Headers;
import dev.lockstep.MessageId;
import dev.lockstep.engine.model.Model.TopicModel;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Envelope.Kind;
import dev.lockstep.spi.Subscription;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** A transaction: takes messages, sends messages, and ends. */
record Transact(Optional<Take> take, List<Send> sends, Fate fate) implements Operation {
  /** A message to send. */
  record Send(int topic, int key, int size, Kind kind) {
    private static final int KEYS = 6;

    static Arbitrary<Send> any() {
      return Combinators.combine(
              Arbitraries.integers().between(0, 9),
              Arbitraries.integers().between(0, KEYS),
              Arbitraries.frequencyOf(
                  Tuple.of(20, Arbitraries.integers().between(0, 300)),
                  Tuple.of(3, Arbitraries.integers().between(300, 5_000)),
                  Tuple.of(1, Arbitraries.integers().between(5_000, 30_000))),
              Arbitraries.frequency(Tuple.of(5, Kind.MESSAGE), Tuple.of(1, Kind.TOMBSTONE)))
          .as(Send::new);
    }

    Optional<String> keyText() {
      return key == 0 ? Optional.empty() : Optional.of("key" + key);
    }
  }

  static Arbitrary<Operation> any() {
    return Combinators.combine(
            Take.any().optional(0.5),
            Send.any().list().ofMaxSize(5),
            Arbitraries.frequency(
                Tuple.of(8, Fate.COMMIT),
                Tuple.of(2, Fate.ROLLBACK),
                Tuple.of(1, Fate.ROLLBACK_ONLY),
                Tuple.of(2, Fate.PREPARE),
                Tuple.of(3, Fate.PREPARE_AND_COMMIT),
                Tuple.of(2, Fate.PREPARE_AND_ROLLBACK),
                Tuple.of(1, Fate.ABANDON)))
        .as(Transact::new);
  }

  @Override
  public void on(History history) {
    if (history.model().topics().isEmpty()) {
      CreateTopic.PLAIN.on(history);
    }
    byte[] name = ByteBuffer.allocate(Long.BYTES).putLong(history.name()).array();
    Branch branch = history.log().log().begin(BranchId.of(3, name, new byte[] {7}));
    List<Taken> taken = new ArrayList<>();
    List<Subscription> readers = new ArrayList<>();
    take.ifPresent(some -> readers.add(some.from(history, branch, taken)));
    List<Sent> sent = new ArrayList<>();
    for (Send send : sends) {
      sent.add(send(history, branch, send));
    }
    Doubt doubt = new Doubt(branch.id(), name, history.now(), sent, taken);
    assertThat(branch.isEmpty()).isEqualTo(taken.isEmpty() && sent.isEmpty());
    new Ending(history, branch, doubt, readers).end(fate);
  }

  private static Sent send(History history, Branch branch, Send send) {
    TopicModel topic = Pick.of(history.model().topics().values(), send.topic());
    String name = topic.config().name();
    long number = history.name();
    Kind kind = send.key() == 0 ? Kind.MESSAGE : send.kind();
    byte[] payload = payload(number, kind == Kind.TOMBSTONE ? 0 : send.size());
    Headers headers =
        number % 3 == 0
            ? Headers.empty()
            : Headers.empty().with("number", new byte[] {(byte) number});
    Optional<byte[]> key = send.keyText().map(text -> text.getBytes(StandardCharsets.UTF_8));
    MessageId id =
        branch.append(
            new Envelope(name, key, payload, headers, kind, Optional.empty(), Optional.empty()));
    OptionalInt partition = Sent.partition(send.keyText(), topic.partitions().size());
    return new Sent(id, name, partition, send.keyText(), payload, headers, kind);
  }

  /** Every second one can be compressed. */
  private static byte[] payload(long number, int size) {
    byte[] payload = new byte[size];
    if (number % 2 == 0) {
      new SplittableRandom(number).nextBytes(payload);
    } else {
      for (int i = 0; i < size; i++) {
        payload[i] = (byte) (number + i / 16);
      }
    }
    return payload;
  }

  /** How a transaction ends, in the log and in the model. */
  private record Ending(History history, Branch branch, Doubt doubt, List<Subscription> readers) {
    void end(Fate fate) {
      switch (fate) {
        case COMMIT ->
            history.change(
                branch::commitOnePhase,
                after -> after.commit(doubt.sent(), doubt.taken(), history.now()));
        case ROLLBACK -> rollback();
        case ROLLBACK_ONLY -> {
          branch.markRollbackOnly("as planned");
          rollback();
        }
        case PREPARE -> prepare();
        case PREPARE_AND_COMMIT -> decide(Fate.COMMIT);
        case PREPARE_AND_ROLLBACK -> decide(Fate.ROLLBACK);
        case ABANDON -> readers.forEach(Subscription::rewind);
      }
    }

    private void rollback() {
      branch.rollback();
      readers.forEach(Subscription::rewind);
    }

    private boolean prepare() {
      if (branch.isEmpty()) {
        assertThat(branch.prepare(Decider.TRANSACTION_MANAGER, doubt.note()))
            .isEqualTo(Branch.Vote.READ_ONLY);
        return false;
      }
      history.change(
          () -> branch.prepare(Decider.TRANSACTION_MANAGER, doubt.note()),
          after -> after.prepare(doubt));
      return true;
    }

    private void decide(Fate fate) {
      if (prepare()) {
        new Decide(0, fate).decide(history, doubt);
      }
    }
  }
}
