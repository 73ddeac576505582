package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What applications build to send and to consume: each wither returns a new value. */
@Timeout(60)
class MessagesTest {
  @Test
  void outgoingMessageIsImmutable() {
    OutgoingMessage<String> plain = Message.of("payload");
    OutgoingMessage<String> full =
        plain.key("k").header("a", "1").header("b", "größe".getBytes(StandardCharsets.UTF_8));

    assertThat(plain.payload()).isEqualTo("payload");
    assertThat(plain.key()).isEmpty();
    assertThat(plain.headers()).isEmpty();
    assertThat(full.payload()).isEqualTo("payload");
    assertThat(full.key()).contains("k");
    assertThat(full.headers().last("a")).contains("1");
    assertThat(full.headers().last("b")).contains("größe");
    assertThat(Message.of("k", "payload").key()).contains("k");
  }

  @Test
  void outgoingMessageHasExpiryIdempotencyKeyAndContentType() {
    OutgoingMessage<String> plain = Message.of("k", "payload").header("a", "1");
    OutgoingMessage<String> full =
        plain
            .contentType("text/csv")
            .expireAfter(Duration.ofSeconds(7))
            .idempotencyKey("once")
            .contentType("text/html");

    assertThat(plain.expireAfter()).isEmpty();
    assertThat(plain.idempotencyKey()).isEmpty();
    assertThat(plain.isTombstone()).isFalse();
    assertThat(full.key("j").expireAfter()).contains(Duration.ofSeconds(7));
    assertThat(full.header("b", "2").idempotencyKey()).contains("once");
    assertThat(full.headers().all("content-type")).hasSize(1);
    assertThat(full.headers().last("content-type")).contains("text/html");
    assertThat(full.headers().last("a")).contains("1");
  }

  @Test
  void tombstoneHasNoPayload() {
    OutgoingMessage<String> tombstone = Message.<String>tombstone("k").header("a", "1");

    assertThat(tombstone.isTombstone()).isTrue();
    assertThat(tombstone.key()).contains("k");
    assertThatThrownBy(tombstone::payload)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a tombstone has no payload; ask isTombstone() first");
  }

  @Test
  void expiryAndIdempotencyKeyOutOfRangeAreRefused() {
    OutgoingMessage<String> message = Message.of("payload");

    for (Duration wrong :
        new Duration[] {
          Duration.ZERO, Duration.ofMillis(-1), Duration.ofNanos(1), Duration.ofDays(366_001)
        }) {
      assertThatThrownBy(() -> message.expireAfter(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(wrong.toString());
    }
    assertThat(message.expireAfter(Duration.ofDays(366_000)).expireAfter()).isPresent();
    for (String wrong : new String[] {"", "x".repeat(1001)}) {
      assertThatThrownBy(() -> message.idempotencyKey(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("can't have " + wrong.length() + " characters");
    }
    assertThat(message.idempotencyKey("x".repeat(1000)).idempotencyKey()).isPresent();
  }

  @Test
  void consumerConfigIsImmutable() {
    ConsumerConfig<String> plain = ConsumerConfig.of("billing", "orders", String.class);
    ConsumerConfig<String> full = plain.maxPollMessages(7).startFrom(StartFrom.LATEST);

    assertThat(plain.maxPollMessages()).isEqualTo(500);
    assertThat(plain.startFrom()).isEqualTo(StartFrom.EARLIEST);
    assertThat(plain.payload()).contains(String.class);
    assertThat(plain.codec()).isEmpty();
    assertThat(full.group()).isEqualTo("billing");
    assertThat(full.topic()).isEqualTo("orders");
    assertThat(full.maxPollMessages()).isEqualTo(7);
    assertThat(full.startFrom()).isEqualTo(StartFrom.LATEST);
  }

  @Test
  void consumerConfigTakesACodecInPlaceOfTheClass() {
    Codec<String> codec = new NoCodec();
    ConsumerConfig<String> config =
        ConsumerConfig.of("billing", "orders", codec).maxPollMessages(1);

    assertThat(config.codec()).contains(codec);
    assertThat(config.payload()).isEmpty();
    assertThat(config.maxPollMessages()).isEqualTo(1);
  }

  @Test
  void pollOfNoMessagesIsRefused() {
    ConsumerConfig<String> config = ConsumerConfig.of("billing", "orders", String.class);

    assertThatThrownBy(() -> config.maxPollMessages(0))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessage("LSTP-0201: maxPollMessages is 0; it must be at least 1");
  }

  private static final class NoCodec implements Codec<String> {
    @Override
    public String contentType() {
      return "text/plain";
    }

    @Override
    public byte[] encode(String payload) {
      throw new AssertionError("not asked for");
    }

    @Override
    public String decode(byte[] bytes, Headers headers) {
      throw new AssertionError("not asked for");
    }
  }
}
