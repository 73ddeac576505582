package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MessageIdTest {
  private static final long SEED = 20250101;

  /** Texts computed by hand: 160 bits, five to a character, without I, L, O and U. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, 00000000000000000000000000000000",
    "0, 0, 1, 00000000000000000000000000000001",
    "0, 0, 31, 0000000000000000000000000000000Z",
    "0, 0, 32, 00000000000000000000000000000010",
    "-1, -1, -1, ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ",
    "-9223372036854775808, 0, 0, G0000000000000000000000000000000"
  })
  void textForm(long origin, int incarnation, long sequence, String text) {
    MessageId id = MessageId.of(origin, incarnation, sequence);

    assertThat(id).hasToString(text);
    assertThat(MessageId.parse(text)).isEqualTo(id).hasSameHashCodeAs(id);
  }

  @Test
  void textComesBackAndSortsAsTheIdentitiesDo() {
    List<MessageId> ids = someIds();

    assertThat(ids)
        .as("seed " + SEED)
        .allSatisfy(id -> assertThat(MessageId.parse(id.toString())).isEqualTo(id));
    assertThat(ids.stream().sorted().map(MessageId::toString).toList())
        .as("seed " + SEED)
        .isEqualTo(ids.stream().map(MessageId::toString).sorted().toList());
  }

  private static List<MessageId> someIds() {
    Random random = new Random(SEED);
    List<MessageId> ids = new ArrayList<>();
    for (long origin : new long[] {0, 1, Long.MAX_VALUE, Long.MIN_VALUE, -1, random.nextLong()}) {
      for (int incarnation : new int[] {1, 2, Integer.MAX_VALUE, random.nextInt()}) {
        for (long sequence : new long[] {0, 1, 255, 256, 1L << 40, random.nextLong()}) {
          ids.add(MessageId.of(origin, incarnation, sequence));
        }
      }
    }
    return ids;
  }

  @Test
  void identitiesOfOneLogSortInTheOrderOfTheSends() {
    MessageId before = MessageId.of(7, 1, Long.MAX_VALUE);
    MessageId afterRestart = MessageId.of(7, 2, 1);
    MessageId next = MessageId.of(7, 2, 2);

    assertThat(List.of(next, before, afterRestart).stream().sorted())
        .containsExactly(before, afterRestart, next);
    assertThat(next.compareTo(MessageId.of(7, 2, 2))).isZero();
  }

  @Test
  void partsAreThoseItWasMadeOf() {
    MessageId id = MessageId.of(-5, 6, 7);

    assertThat(id.origin()).isEqualTo(-5);
    assertThat(id.incarnation()).isEqualTo(6);
    assertThat(id.sequence()).isEqualTo(7);
  }

  @Test
  void anotherPartMakesAnotherIdentity() {
    assertThat(MessageId.of(1, 2, 3))
        .isNotEqualTo(MessageId.of(9, 2, 3))
        .isNotEqualTo(MessageId.of(1, 9, 3))
        .isNotEqualTo(MessageId.of(1, 2, 9))
        .isNotEqualTo("text");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0000000000000000000000000000000",
        "000000000000000000000000000000000",
        "0000000000000000000000000000000I",
        "0000000000000000000000000000000z",
        " 0000000000000000000000000000000"
      })
  void otherTextIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MessageId.parse(text))
        .withMessageContaining("'" + text + "' is not a message id");
  }

  @Test
  void serializationKeepsIt() throws IOException, ClassNotFoundException {
    MessageId id = MessageId.of(-5, 6, 7);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(id);
    }

    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(id);
    }
  }
}
