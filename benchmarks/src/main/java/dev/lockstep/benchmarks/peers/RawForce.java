package dev.lockstep.benchmarks.peers;

import dev.lockstep.benchmarks.harness.Load;
import dev.lockstep.benchmarks.harness.Sample;
import dev.lockstep.benchmarks.harness.Subject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * The ceiling: appends of one size to a file whose room is there already (zeros, forced), each
 * forced by fdatasync before the next. At the end of the file it begins again.
 */
public final class RawForce implements Subject, AutoCloseable {
  private static final int FILE_BYTES = 64 << 20;
  private static final int BLOCK_BYTES = 1 << 20;

  private final FileChannel channel;
  private final int size;
  private long position;

  private RawForce(FileChannel channel, int size) {
    this.channel = channel;
    this.size = size;
  }

  /** Makes the file in an existing directory; each append has so many bytes. */
  public static RawForce in(Path directory, int size) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve("raw"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    for (int at = 0; at < FILE_BYTES; at += BLOCK_BYTES) {
      channel.write(ByteBuffer.allocate(BLOCK_BYTES), at);
    }
    channel.force(true);
    return new RawForce(channel, size);
  }

  @Override
  public Sample run(Duration time) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocateDirect(size);
    while (bytes.hasRemaining()) {
      bytes.put((byte) bytes.position());
    }
    bytes.flip();
    return Load.run(1, time, thread -> () -> append(bytes));
  }

  private int append(ByteBuffer bytes) throws IOException {
    if (position + bytes.limit() > FILE_BYTES) {
      position = 0;
    }
    channel.write(bytes.rewind(), position);
    channel.force(false);
    position += bytes.limit();
    return 1;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
