package dev.lockstep.engine.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Codec;
import dev.lockstep.Headers;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.spi.CodecProvider;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CodecsTest {
  private final Codecs builtIn = new Codecs(List.of(), List.of());

  @ParameterizedTest
  @ValueSource(strings = {"", "order 7", "Grüße", "\uD83D\uDE80 and \uFFFD", "\0"})
  void textComesBackAsItWas(String text) {
    Codec<String> codec = builtIn.forType(String.class);

    byte[] bytes = codec.encode(text);

    assertThat(bytes).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
    assertThat(codec.decode(bytes, Headers.empty())).isEqualTo(text);
    assertThat(codec.contentType()).isEqualTo("text/plain; charset=utf-8");
  }

  @Test
  void bytesThatAreNotTextAreRefused() {
    Codec<String> codec = builtIn.forType(String.class);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.decode(new byte[] {'a', (byte) 0xC3}, Headers.empty()))
        .withMessage("the 2 bytes are not UTF-8 text");
  }

  @Test
  void textThatIsNotUnicodeIsRefused() {
    Codec<String> codec = builtIn.forType(String.class);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.encode("broken \uD83D"))
        .withMessage("the text has a surrogate without its pair");
  }

  @Test
  void bytesAreCopiedBothWays() {
    Codec<byte[]> codec = builtIn.forType(byte[].class);
    byte[] payload = {1, 2, 3};

    byte[] encoded = codec.encode(payload);
    byte[] decoded = codec.decode(encoded, Headers.empty());

    assertThat(encoded).isEqualTo(payload).isNotSameAs(payload);
    assertThat(decoded).isEqualTo(payload).isNotSameAs(encoded);
    assertThat(codec.contentType()).isEqualTo("application/octet-stream");
  }

  @Test
  void firstConfiguredProviderWinsOverLaterAndBuiltInOnes() {
    NamedCodec first = new NamedCodec("first");
    Codecs codecs =
        new Codecs(List.of(nothing(), forString(first), forString(new NamedCodec(""))), List.of());

    assertThat(codecs.forType(String.class)).isSameAs(first);
    assertThat(codecs.forType(byte[].class)).isSameAs(BytesCodec.INSTANCE);
  }

  @Test
  void providersOnTheClassPathComeByPriorityAndAfterTheConfiguredOnes() {
    NamedCodec low = new NamedCodec("low");
    NamedCodec high = new NamedCodec("high");
    NamedCodec configured = new NamedCodec("configured");
    List<CodecProvider> found = List.of(ranked(low, -1), ranked(high, 1));

    assertThat(new Codecs(List.of(), found).forType(String.class)).isSameAs(high);
    assertThat(new Codecs(List.of(), List.of(ranked(low, -1))).forType(String.class))
        .isSameAs(TextCodec.INSTANCE);
    assertThat(new Codecs(List.of(forString(configured)), found).forType(String.class))
        .isSameAs(configured);
  }

  private static CodecProvider ranked(Codec<String> codec, int priority) {
    CodecProvider unranked = forString(codec);
    return new CodecProvider() {
      @Override
      public <T> Optional<Codec<T>> codecFor(Class<T> type) {
        return unranked.codecFor(type);
      }

      @Override
      public int priority() {
        return priority;
      }
    };
  }

  @Test
  void typeWithoutCodecNamesItselfAndTheRemedy() {
    assertThatThrownBy(() -> builtIn.forType(BigDecimal.class))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessage(
            "LSTP-0201: no codec for payloads of java.math.BigDecimal: give the producer or"
                + " consumer a Codec instead of the class, add a CodecProvider for it with"
                + " LockstepConfig.builder().codecs(..), or add dev.lockstep:lockstep-json to the"
                + " class path for JSON");
    assertThatThrownBy(() -> builtIn.forType(long[].class)).hasMessageContaining("long[]");
  }

  private static CodecProvider nothing() {
    return new CodecProvider() {
      @Override
      public <T> Optional<Codec<T>> codecFor(Class<T> type) {
        return Optional.empty();
      }
    };
  }

  private static CodecProvider forString(Codec<String> codec) {
    return new CodecProvider() {
      @Override
      @SuppressWarnings("unchecked") // T is String
      public <T> Optional<Codec<T>> codecFor(Class<T> type) {
        return type == String.class ? Optional.of((Codec<T>) codec) : Optional.empty();
      }
    };
  }

  private record NamedCodec(String contentType) implements Codec<String> {
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
