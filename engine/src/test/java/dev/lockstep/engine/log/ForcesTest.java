package dev.lockstep.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.engine.io.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is durable and what is not, when a force fails on one thread and another goes on. */
@Timeout(30)
class ForcesTest {
  /** As Linux has it: an error is told once, and the next force says that all is well. */
  private static final class ForgetfulFile implements StorageFile {
    private int forces;

    @Override
    public void force() throws IOException {
      forces++;
      if (forces == 1) {
        throw new IOException("Input/output error");
      }
    }

    @Override
    public void write(long offset, ByteBuffer source) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(long offset, ByteBuffer target) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long size() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void truncate(long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  @Test
  void anErrorThatIsToldOnceIsFinalForAll() {
    ForgetfulFile file = new ForgetfulFile();
    Segment segment =
        new Segment(new SegmentHeader(new UUID(1, 2), 0, 1, -1, 0), file, 1 << 16, 1 << 16);
    Forces forces = new Forces();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> forces.force(segment))
          .isInstanceOf(IOException.class)
          .hasStackTraceContaining("Input/output error");
    }
    assertThat(file.forces).isEqualTo(1);
  }

  @Test
  void whatIsCompleteStaysSo() {
    Group complete = new Group(new Group.Content());
    complete.complete();
    complete.fail(new IOException("later"));
    complete.await();

    Group failed = new Group(new Group.Content());
    failed.fail(new IOException("before"));
    failed.complete();
    assertThatThrownBy(failed::await).isInstanceOf(OutcomeUnknownException.class);
  }
}
