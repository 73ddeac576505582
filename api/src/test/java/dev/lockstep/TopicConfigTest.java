package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
}
