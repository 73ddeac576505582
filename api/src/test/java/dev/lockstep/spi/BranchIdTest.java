package dev.lockstep.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BranchIdTest {
  private final BranchId id = BranchId.of(131077, bytes(0, 0xAB), bytes(1));

  @Test
  void equalityIsByContent() {
    assertThat(id)
        .isEqualTo(BranchId.of(131077, bytes(0, 0xAB), bytes(1)))
        .hasSameHashCodeAs(BranchId.of(131077, bytes(0, 0xAB), bytes(1)))
        .isNotEqualTo(BranchId.of(131078, bytes(0, 0xAB), bytes(1)))
        .isNotEqualTo(BranchId.of(131077, bytes(0, 0xAC), bytes(1)))
        .isNotEqualTo(BranchId.of(131077, bytes(0, 0xAB), bytes(2)))
        .isNotEqualTo(BranchId.of(131077, bytes(0), bytes(0xAB, 1)))
        .isNotEqualTo("text");
  }

  @Test
  void textFormIsWhatOperatorsSee() {
    assertThat(id).hasToString("131077:00ab:01");
    assertThat(BranchId.of(-1, bytes(), bytes())).hasToString("-1::");
  }

  @Test
  void partsCannotBeChangedFromOutside() {
    byte[] global = bytes(1, 2);
    byte[] qualifier = bytes(3);
    BranchId own = BranchId.of(7, global, qualifier);

    global[0] = 9;
    qualifier[0] = 9;
    own.globalId()[0] = 9;
    own.qualifier()[0] = 9;

    assertThat(own.formatId()).isEqualTo(7);
    assertThat(own.globalId()).containsExactly(1, 2);
    assertThat(own.qualifier()).containsExactly(3);
  }

  @Test
  void partsHaveALimit() {
    byte[] longest = new byte[64];
    byte[] tooLong = new byte[65];

    assertThat(BranchId.of(1, longest, longest).globalId()).hasSize(64);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BranchId.of(1, tooLong, longest))
        .withMessage("a global id or branch qualifier has at most 64 bytes; these have 65 and 64");
    assertThatIllegalArgumentException().isThrownBy(() -> BranchId.of(1, longest, tooLong));
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
