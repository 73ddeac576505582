package dev.lockstep.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Durability;
import dev.lockstep.LogFailedException;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.log.SegmentLog.ReplayFrom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A unit claims numbers, and then the virtual machine fails: nothing may come behind the gap. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BrokenUnitTest {
  private static final int SEGMENT = 64 * 1024;

  private final PowerCutStorage storage = new PowerCutStorage(12);
  private final CompletableFuture<Throwable> failed = new CompletableFuture<>();
  private int claimed;

  private SegmentLog open(Storage in, List<String> replayed) throws IOException {
    SegmentLog log =
        SegmentLog.open(
            in,
            SegmentLog.identity(in, SEGMENT),
            ReplayFrom.START,
            (type, position, length, body) ->
                replayed.add(StandardCharsets.UTF_8.decode(body).toString()),
            new ForcePolicy(Durability.FORCED, Duration.ofSeconds(1)),
            new Events());
    log.start();
    return log;
  }

  private static Frame frame(String text) {
    return Frame.of(Frame.FIRST_FREE_TYPE, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Claims the next number; breaks down then, if it is told so. */
  private final class Numbered implements LogUnit {
    private final boolean breaks;

    Numbered(boolean breaks) {
      this.breaks = breaks;
    }

    @Override
    public List<Frame> frames() {
      return List.of(frame("content"));
    }

    @Override
    public int closingLength() {
      return frame("number 0").length();
    }

    @Override
    public Frame close(long[] positions) {
      int number = claimed++;
      if (breaks) {
        throw new OutOfMemoryError("none left");
      }
      return frame("number " + number);
    }

    @Override
    public void apply() {}
  }

  @Test
  void nothingComesBehindWhatABrokenUnitHasClaimed() throws Exception {
    SegmentLog log = open(storage, new ArrayList<>());
    log.append(new Numbered(false), Urgency.NEW_WORK).await();
    assertThatThrownBy(() -> log.append(new Numbered(true), Urgency.NEW_WORK))
        .isInstanceOf(OutOfMemoryError.class);
    assertThatThrownBy(() -> log.append(new Numbered(false), Urgency.NEW_WORK))
        .isInstanceOf(LogFailedException.class)
        .hasMessageContaining("none left");
    assertThatThrownBy(log::checkOpen).isInstanceOf(LogFailedException.class);
    assertThat(failed.get(30, TimeUnit.SECONDS)).hasMessageContaining("none left");
    log.close();

    List<String> replayed = new ArrayList<>();
    open(storage.afterCut(Loss.KEEP), replayed).close();
    assertThat(replayed).containsExactly("content", "number 0");
  }

  private final class Events implements LogEvents {
    @Override
    public void written(long bytes) {}

    @Override
    public void forced(long bytes, long nanos) {}

    @Override
    public void apply(Runnable units) {
      units.run();
    }

    @Override
    public void outOfSpace() {}

    @Override
    public void failed(Throwable cause) {
      failed.complete(cause);
    }
  }
}
