package dev.lockstep.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which bytes pass for a frame. */
@Timeout(30)
class FrameSealTest {
  private static final int AT = 16;
  private static final int BODY = 37;
  private static final int END = AT + FrameDescriptor.frameLength(BODY);
  private static final int INCARNATION = 3;
  private static final long POSITION = 4096 + AT;

  private final FrameSeal seal = new FrameSeal(new byte[] {1, 2, 3, 4});
  private final ByteBuffer buffer = ByteBuffer.allocate(200);

  @BeforeEach
  void place() {
    Random random = new Random(1);
    byte[] bytes = new byte[BODY];
    random.nextBytes(bytes);
    Frame frame = Frame.of(Frame.FIRST_FREE_TYPE, ByteBuffer.wrap(bytes));
    frame.copyTo(buffer.duplicate().position(AT));
    seal.sealer().seal(buffer, AT, INCARNATION, POSITION, frame.bodyCrc());
  }

  private boolean isValid() {
    return seal.isValid(buffer, AT, buffer.limit(), INCARNATION, POSITION);
  }

  @Test
  void aSealedFrameIsValid() {
    assertThat(isValid()).isTrue();
    assertThat(seal.isValid(buffer, AT, END, INCARNATION, POSITION)).isTrue();
  }

  @Test
  void aFrameThatIsCutShortIsNot() {
    for (int limit = AT; limit < END; limit++) {
      assertThat(seal.isValid(buffer, AT, limit, INCARNATION, POSITION)).as("%s", limit).isFalse();
    }
  }

  @Test
  void aFrameOfAnotherPlaceOrLifeIsNot() {
    assertThat(seal.isValid(buffer, AT, END, INCARNATION - 1, POSITION)).isFalse();
    assertThat(seal.isValid(buffer, AT, END, INCARNATION + 1, POSITION)).isFalse();
    assertThat(seal.isValid(buffer, AT, END, INCARNATION, POSITION + 8)).isFalse();
    assertThat(seal.isValid(buffer, AT, END, INCARNATION, POSITION - 65_536)).isFalse();
  }

  @Test
  void aFrameOfAnotherLogIsNot() {
    FrameSeal other = new FrameSeal(new byte[] {1, 2, 3, 5});
    assertThat(other.isValid(buffer, AT, END, INCARNATION, POSITION)).isFalse();
  }

  @Test
  void everyBitCounts() {
    for (int bit = AT * 8; bit < END * 8; bit++) {
      byte before = buffer.get(bit / 8);
      buffer.put(bit / 8, (byte) (before ^ 1 << bit % 8));
      assertThat(isValid()).as("bit %s of byte %s", bit % 8, bit / 8 - AT).isFalse();
      buffer.put(bit / 8, before);
    }
    assertThat(isValid()).isTrue();
  }

  /** Whatever stands in a file is looked at; none of it may pass, and none may throw. */
  @Test
  void noiseIsNeverAFrame() {
    Random random = new Random(2);
    byte[] noise = new byte[256];
    for (int i = 0; i < 100_000; i++) {
      random.nextBytes(noise);
      ByteBuffer bytes = ByteBuffer.wrap(noise);
      if (i % 2 == 0) { // as near as one comes without the checksum
        bytes.putLong(FrameDescriptor.POSITION_OFFSET, POSITION);
        bytes.putInt(FrameDescriptor.INCARNATION_OFFSET, INCARNATION);
        bytes.putInt(FrameDescriptor.LENGTH_OFFSET, random.nextInt(300) - 20);
      }
      assertThat(seal.isValid(bytes, 0, bytes.limit(), INCARNATION, POSITION)).isFalse();
    }
  }
}
