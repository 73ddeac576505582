package dev.lockstep.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Durability;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.io.StorageFile;
import dev.lockstep.engine.log.SegmentLog.ReplayFrom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The worst that an old frame can do: stand whole in the file, of the right log, at its own
 * position, exactly where the new frames end.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ResurrectionTest {
  private static final int SEGMENT = 64 * 1024;
  private static final String FIRST = "0000000000000000.segment";

  private final PowerCutStorage storage = new PowerCutStorage(12);

  private static SegmentLog open(Storage storage, List<String> replayed) throws IOException {
    SegmentLog log =
        SegmentLog.open(
            storage,
            SegmentLog.identity(storage, SEGMENT),
            ReplayFrom.START,
            (type, position, length, body) ->
                replayed.add(StandardCharsets.UTF_8.decode(body).toString()),
            new ForcePolicy(Durability.FORCED, Duration.ofSeconds(1)),
            new NoEvents());
    log.start();
    return log;
  }

  private static Frame frame(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Frame.of(Frame.FIRST_FREE_TYPE, ByteBuffer.wrap(bytes));
  }

  private static void append(SegmentLog log, String text) {
    log.append(LogUnit.of(frame(text), () -> {}), Urgency.NEW_WORK).await();
  }

  /** Puts a frame into the first segment, as a life of that incarnation would have written it. */
  private static void plant(PowerCutStorage storage, int at, int incarnation, Frame frame)
      throws IOException {
    LogIdentity identity = SegmentLog.identity(storage, SEGMENT);
    ByteBuffer buffer = ByteBuffer.allocate(frame.length());
    frame.copyTo(buffer);
    new FrameSeal(identity.secret().bytes())
        .sealer()
        .seal(buffer, 0, incarnation, at, frame.bodyCrc());
    try (StorageFile file = storage.open(FIRST)) {
      file.write(at, buffer.flip());
      file.force();
    }
  }

  private static int end(String... texts) {
    int end = SegmentHeader.LENGTH;
    for (String text : texts) {
      end += FrameDescriptor.SMALLEST_GROUP + frame(text).length();
    }
    return end;
  }

  @Test
  void aFrameOfAnotherIncarnationRightBehindTheEndIsNotRead() throws IOException {
    SegmentLog log = open(storage, new ArrayList<>());
    append(log, "one");
    append(log, "two");
    PowerCutStorage left = storage.afterCut(Loss.DROP);
    closeCut(log);
    for (int incarnation = 0; incarnation < 3; incarnation++) {
      PowerCutStorage copy = left.afterCut(Loss.KEEP);
      plant(copy, end("one", "two"), incarnation, frame("old decision"));
      List<String> replayed = new ArrayList<>();
      open(copy, replayed).close();
      if (incarnation == 1) { // the same life: the planted frame is as good as its own
        assertThat(replayed).containsExactly("one", "two", "old decision");
      } else {
        assertThat(replayed).containsExactly("one", "two");
      }
    }
  }

  /** The frames of a cut tail stay where they were; no later life may read on into them. */
  @Test
  void framesBehindACutStayDeadInAllLaterLives() throws IOException {
    SegmentLog log = open(storage, new ArrayList<>());
    append(log, "one");
    PowerCutStorage left = storage.afterCut(Loss.DROP);
    closeCut(log);
    int gap = end("one");
    int old = gap + FrameDescriptor.SMALLEST_GROUP + frame("new").length();
    plant(left, old, 1, frame("old decision"));
    for (int life = 2; life < 6; life++) {
      List<String> replayed = new ArrayList<>();
      SegmentLog next = open(left, replayed);
      assertThat(replayed).doesNotContain("old decision").startsWith("one").hasSize(life - 1);
      append(next, "new"); // in the place of the cut tail it would end where the old frame begins
      PowerCutStorage after = left.afterCut(Loss.DROP);
      closeCut(next);
      left = after;
    }
  }

  private static void closeCut(SegmentLog log) {
    try {
      log.close();
    } catch (IOException e) {
      throw new AssertionError("the close of a log whose power is cut touches no file", e);
    }
  }

  private static final class NoEvents implements LogEvents {
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
    public void failed(Throwable cause) {}
  }
}
