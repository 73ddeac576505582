package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TopicConfigTest {
  static Stream<String> names() {
    return Stream.of("o", "orders", "Orders.v2_new-1", "...", "7", "x".repeat(200));
  }

  @ParameterizedTest
  @MethodSource("names")
  void lettersDigitsDotsUnderscoresAndHyphensMakeAName(String name) {
    assertThat(TopicConfig.of(name).name()).isEqualTo(name);
  }

  static Stream<String> otherNames() {
    return Stream.of("", " ", "a b", "a/b", "kafka:orders", "größe", "a\n", "x".repeat(201));
  }

  @ParameterizedTest
  @MethodSource("otherNames")
  void otherNamesAreRefused(String name) {
    assertThatThrownBy(() -> TopicConfig.of(name))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("'" + name + "' can't name a topic: use 1 to 200 letters");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, TopicConfig.MAX_PARTITIONS})
  void numberOfPartitions(int n) {
    TopicConfig one = TopicConfig.of("orders");

    assertThat(one.partitions(n).partitions()).isEqualTo(n);
    assertThat(one.partitions()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, TopicConfig.MAX_PARTITIONS + 1})
  void otherNumbersOfPartitionsAreRefused(int n) {
    assertThatThrownBy(() -> TopicConfig.of("orders").partitions(n))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("topic 'orders' can't have " + n + " partitions: use 1 to 10000");
  }

  @Test
  void equalityIsByContent() {
    TopicConfig orders = TopicConfig.of("orders").partitions(2);

    assertThat(orders)
        .isEqualTo(TopicConfig.of("orders").partitions(2))
        .hasSameHashCodeAs(TopicConfig.of("orders").partitions(2))
        .isNotEqualTo(TopicConfig.of("orders"))
        .isNotEqualTo(TopicConfig.of("order").partitions(2))
        .hasToString("orders (2 partitions)");
  }

  @Test
  void everyWitherKeepsTheRest() {
    TopicConfig all =
        TopicConfig.of("orders")
            .retainFor(Duration.ofDays(7).plusNanos(1))
            .retainBytes(1)
            .retainUntilConsumed()
            .compacted(Duration.ZERO)
            .compression(Compression.LZ4)
            .partitions(2);

    assertThat(all.retainFor()).hasValue(Duration.ofDays(7));
    assertThat(all.retainBytes()).hasValue(1);
    assertThat(all.isRetainedUntilConsumed()).isTrue();
    assertThat(all.tombstoneRetention()).hasValue(Duration.ZERO);
    assertThat(all.compression()).isEqualTo(Compression.LZ4);
    assertThat(all)
        .hasToString(
            "orders (2 partitions, retained for PT168H, at most 1 bytes each, retained until"
                + " consumed, compacted, tombstones retained for PT0S, LZ4)");
    assertThat(all.partitions(2)).isEqualTo(all);
    assertThat(TopicConfig.of("orders").retainFor()).isEmpty();
    assertThat(TopicConfig.of("orders").tombstoneRetention()).isEmpty();
  }

  static Stream<TopicConfig> variants() {
    TopicConfig orders = TopicConfig.of("orders");
    return Stream.of(
        orders.partitions(2),
        orders.retainFor(Duration.ofDays(1)),
        orders.retainBytes(1),
        orders.retainUntilConsumed(),
        orders.compacted(Duration.ofDays(1)),
        orders.compression(Compression.ZSTD));
  }

  @ParameterizedTest
  @MethodSource("variants")
  void eachSettingMakesADifference(TopicConfig variant) {
    assertThat(variant).isNotEqualTo(TopicConfig.of("orders"));
  }

  static Stream<Duration> impossible() {
    return Stream.of(Duration.ofMillis(-1), Duration.ofSeconds(Long.MAX_VALUE));
  }

  @ParameterizedTest
  @MethodSource("impossible")
  void impossibleTimesAreRefused(Duration time) {
    TopicConfig orders = TopicConfig.of("orders");

    assertThatThrownBy(() -> orders.retainFor(time))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("topic 'orders' can't have a retention of " + time + ": use ");
    assertThatThrownBy(() -> orders.compacted(time))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("can't have a retention of tombstones of " + time + ": use ");
  }

  @Test
  void aRetentionOfNothingIsRefused() {
    TopicConfig orders = TopicConfig.of("orders");

    assertThatThrownBy(() -> orders.retainFor(Duration.ofNanos(999_999)))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("use at least one millisecond");
    assertThatThrownBy(() -> orders.retainBytes(0))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("topic 'orders' can't be limited to 0 bytes: use 1 or more");
  }
}
