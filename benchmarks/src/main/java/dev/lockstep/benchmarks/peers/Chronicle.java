package dev.lockstep.benchmarks.peers;

import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import net.openhft.chronicle.wire.Wire;

/** A Chronicle Queue with its defaults, for one appending thread at a time. */
public final class Chronicle implements AutoCloseable {
  private final SingleChronicleQueue queue;
  private final ExcerptAppender appender;

  private Chronicle(SingleChronicleQueue queue) {
    this.queue = queue;
    this.appender = queue.createAppender();
    // The rounds are on different threads, one after the other.
    appender.singleThreadedCheckDisabled(true);
  }

  /** Opens an empty queue. */
  public static Chronicle open(Path directory) {
    // It would report its use to its makers otherwise.
    System.setProperty("chronicle.analytics.disable", "true");
    return new Chronicle(SingleChronicleQueueBuilder.binary(directory).build());
  }

  /** How it is set up, for the report. */
  public String setUp() {
    return "as it comes (memory-mapped, block size "
        + queue.blockSize()
        + ", with its own index), one appender, one excerpt a message";
  }

  /**
   * Appends messages.
   *
   * @return how many
   */
  public int append(byte[] payload, int count) {
    for (int i = 0; i < count; i++) {
      try (DocumentContext document = appender.writingDocument()) {
        bytesOf(document).write(payload);
      }
    }
    return count;
  }

  private static Bytes<?> bytesOf(DocumentContext document) {
    Wire wire = document.wire();
    if (wire == null) {
      throw new IllegalStateException("Chronicle Queue gave no room to write to");
    }
    return wire.bytes();
  }

  @Override
  public void close() {
    appender.close();
    queue.close();
  }
}
