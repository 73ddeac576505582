package dev.lockstep.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Codec;
import dev.lockstep.Headers;
import dev.lockstep.spi.CodecProvider;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.json.bind.JsonbConfig;
import jakarta.json.bind.config.PropertyNamingStrategy;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class JsonCodecTest {
  private final JsonCodecProvider provider = new JsonCodecProvider();
  private final Codec<Order> orders = provider.codecFor(Order.class).orElseThrow();

  /** A payload as applications have them. */
  public record Order(String id, BigDecimal amount, Instant placed, List<Line> lines) {}

  /** A part of it. */
  public record Line(String article, int count, Map<String, String> notes) {}

  /** A payload in the older style. */
  public static final class Invoice {
    public String number = "";
    public long cents;
    public Optional<String> remark = Optional.empty();
  }

  private static Order order(String id) {
    return new Order(
        id,
        new BigDecimal("12345678901234567890.10"),
        Instant.parse("2026-02-03T04:05:06.789Z"),
        List.of(new Line("größe \uD83D\uDE80", -3, Map.of("a", "\"quoted\"\n", "", "\u0000"))));
  }

  @Test
  void recordComesBackAsItWas() {
    byte[] bytes = orders.encode(order("o-1"));

    assertThat(orders.decode(bytes, Headers.empty())).isEqualTo(order("o-1"));
    assertThat(orders.contentType()).isEqualTo("application/json");
    assertThat(new String(bytes, StandardCharsets.UTF_8)).startsWith("{").contains("\"o-1\"");
  }

  @Test
  void beanComesBackAsItWas() {
    Codec<Invoice> codec = provider.codecFor(Invoice.class).orElseThrow();
    Invoice invoice = new Invoice();
    invoice.number = "i-1";
    invoice.cents = Long.MAX_VALUE;
    invoice.remark = Optional.of("paid");

    Invoice back = codec.decode(codec.encode(invoice), Headers.empty());

    assertThat(back).usingRecursiveComparison().isEqualTo(invoice);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{\"id\":\"o-1\"",
        "{\"id\":\"o-1\"}}",
        "{\"id\":\"o-1\"} x",
        "{\"id\":\"o-1\"}{\"id\":\"o-2\"}",
        "[]",
        "7",
        "{\"amount\":\"many\"}",
        "{\"placed\":\"yesterday\"}",
        "not JSON"
      })
  void whatIsNotTheJsonOfThePayloadIsRefused(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> orders.decode(bytes, Headers.empty()))
        .isInstanceOf(RuntimeException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        " {\"id\":\"}\\\"]\",\"lines\":[ ]}\n\t ",
        "{\"lines\":[{\"article\":\"\\\\\"},{}]}\r\n"
      })
  void whitespaceAroundThePayloadIsNoMatter(String text) {
    assertThat(orders.decode(text.getBytes(StandardCharsets.UTF_8), Headers.empty())).isNotNull();
  }

  @Test
  void scalarsArePayloadsToo() {
    Codec<Long> longs = provider.codecFor(Long.class).orElseThrow();
    Codec<Boolean> booleans = provider.codecFor(Boolean.class).orElseThrow();

    assertThat(longs.decode(longs.encode(-7L), Headers.empty())).isEqualTo(-7L);
    assertThat(booleans.decode(booleans.encode(true), Headers.empty())).isTrue();
    assertThatThrownBy(() -> longs.decode(new byte[] {'7', ' ', '8'}, Headers.empty()))
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() {
    byte[] bytes = orders.encode(order("o-1"));
    bytes[bytes.length - 3] = (byte) 0xC3;

    assertThatIllegalArgumentException()
        .isThrownBy(() -> orders.decode(bytes, Headers.empty()))
        .withMessage("the " + bytes.length + " bytes are not UTF-8 text");
  }

  @Test
  void textThatIsNotUnicodeIsRefused() {
    assertThatThrownBy(() -> orders.encode(order("broken \uD83D")))
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  void bindingOfTheApplicationIsUsed() throws Exception {
    JsonbConfig upper =
        new JsonbConfig().withPropertyNamingStrategy(PropertyNamingStrategy.UPPER_CAMEL_CASE);
    Jsonb jsonb = JsonbBuilder.create(upper);
    Codec<Order> codec = new JsonCodecProvider(jsonb).codecFor(Order.class).orElseThrow();

    byte[] bytes = codec.encode(order("o-1"));

    assertThat(new String(bytes, StandardCharsets.UTF_8)).contains("\"Id\":\"o-1\"");
    assertThat(codec.decode(bytes, Headers.empty())).isEqualTo(order("o-1"));
    jsonb.close();
  }

  @Test
  void oneCodecIsForAllThreads() {
    List<Order> back =
        IntStream.range(0, 500)
            .parallel()
            .mapToObj(i -> orders.decode(orders.encode(order("o-" + i)), Headers.empty()))
            .toList();

    assertThat(back).isEqualTo(IntStream.range(0, 500).mapToObj(i -> order("o-" + i)).toList());
  }

  @Test
  void providerIsFoundOnTheClassPathAndComesLast() {
    assertThat(ServiceLoader.load(CodecProvider.class))
        .singleElement()
        .isInstanceOf(JsonCodecProvider.class)
        .satisfies(found -> assertThat(found.priority()).isNegative());
  }
}
