package dev.lockstep.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.DuplicateInFlightException;
import dev.lockstep.Headers;
import dev.lockstep.MessageId;
import dev.lockstep.engine.model.Model.TopicModel;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Envelope.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** A message to send; some have an idempotency key, which others had before. */
record Send(int topic, int key, int size, Kind kind, int once) {
  private static final int KEYS = 6;
  private static final int ONCE = 8;

  static Arbitrary<Send> any() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 9),
            Arbitraries.integers().between(0, KEYS),
            Arbitraries.frequencyOf(
                Tuple.of(20, Arbitraries.integers().between(0, 300)),
                Tuple.of(3, Arbitraries.integers().between(300, 5_000)),
                Tuple.of(1, Arbitraries.integers().between(5_000, 30_000))),
            Arbitraries.frequency(Tuple.of(5, Kind.MESSAGE), Tuple.of(1, Kind.TOMBSTONE)),
            Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.just(0)),
                Tuple.of(1, Arbitraries.integers().between(1, ONCE))))
        .as(Send::new);
  }

  /** Sends it, and adds it to what the branch has sent, unless it is there already. */
  void in(History history, Branch branch, List<Sent> sent) {
    TopicModel target = Pick.of(history.model().topics().values(), topic);
    Envelope envelope = envelope(target.config().name(), history.name());
    List<Sent> visible = same(envelope, history.model().visible(envelope.topic()));
    List<Sent> mine = same(envelope, sent);
    boolean isHeld = mine.isEmpty() && !same(envelope, history.undecided()).isEmpty();
    boolean isThere = !visible.stream().allMatch(history::mayBeGone);
    MessageId id;
    try {
      id = branch.append(envelope);
    } catch (DuplicateInFlightException e) {
      assertThat(isHeld && !isThere).as("another branch may hold it, after %s", e).isTrue();
      return;
    }
    if (!mine.isEmpty()) {
      assertThat(id).isEqualTo(mine.get(0).id());
      return;
    }
    List<Sent> others = visible.stream().filter(found -> !found.id().equals(id)).toList();
    assertThat(others)
        .as("a repeated send of a message that is there")
        .allMatch(history::mayBeGone);
    if (others.size() == visible.size()) {
      assertThat(isHeld).as("another branch holds it").isFalse();
      sent.add(sent(target, envelope, id));
    }
  }

  /** Those that were sent with the same idempotency key. */
  private static List<Sent> same(Envelope envelope, List<Sent> among) {
    return among.stream()
        .filter(other -> other.idempotencyKey().isPresent())
        .filter(other -> other.topic().equals(envelope.topic()))
        .filter(other -> other.idempotencyKey().equals(envelope.idempotencyKey()))
        .toList();
  }

  private static Sent sent(TopicModel topic, Envelope envelope, MessageId id) {
    Optional<String> key = envelope.key().map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    return new Sent(
        id,
        envelope.topic(),
        Sent.partition(key, topic.partitions().size()),
        key,
        envelope.payload(),
        envelope.headers(),
        envelope.kind(),
        envelope.idempotencyKey());
  }

  private Envelope envelope(String name, long number) {
    Kind actual = key == 0 ? Kind.MESSAGE : kind;
    Headers headers =
        number % 3 == 0
            ? Headers.empty()
            : Headers.empty().with("number", new byte[] {(byte) number});
    return new Envelope(
        name,
        key == 0 ? Optional.empty() : Optional.of(("key" + key).getBytes(StandardCharsets.UTF_8)),
        payload(number, actual == Kind.TOMBSTONE ? 0 : size),
        headers,
        actual,
        Optional.empty(),
        once == 0 ? Optional.empty() : Optional.of("once" + once));
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
}
