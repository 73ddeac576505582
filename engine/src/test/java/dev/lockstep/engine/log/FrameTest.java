package dev.lockstep.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class FrameTest {
  private static final byte TYPE = Frame.FIRST_FREE_TYPE;

  @Test
  void whatIsPutPieceByPieceIsWhatABufferWouldHave() {
    ByteBuffer body = ByteBuffer.allocate(20);
    body.putLong(Long.MIN_VALUE + 7).putInt(-5).putShort((short) 0xFEDC).put((byte) 9);
    body.put(new byte[] {1, 2}).putShort((short) 3).put((byte) 4).flip();

    Frame frame =
        Frame.begin(TYPE, 20)
            .putLong(Long.MIN_VALUE + 7)
            .putInt(-5)
            .putShort((short) 0xFEDC)
            .put((byte) 9)
            .put(new byte[] {1, 2})
            .put(rest -> rest.putShort((short) 3).put((byte) 4))
            .seal();

    Frame expected = Frame.of(TYPE, body);
    assertThat(FrameBytes.body(frame)).isEqualTo(FrameBytes.body(expected));
    assertThat(frame.bodyLength()).isEqualTo(20);
    assertThat(frame.bodyCrc()).isEqualTo(expected.bodyCrc());
    assertThat(frame.length()).isEqualTo(expected.length());
  }

  @Test
  void bodyMustHaveTheLengthThatWasSaid() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Frame.begin(TYPE, 12).putLong(1).seal())
        .withMessage("a frame of type " + TYPE + " has a body of 8 bytes, and not of 12");
    assertThatIllegalStateException() // into the padding
        .isThrownBy(() -> Frame.begin(TYPE, 9).putLong(1).putShort((short) 2).seal())
        .withMessage("a frame of type " + TYPE + " has a body of 10 bytes, and not of 9");
  }
}
