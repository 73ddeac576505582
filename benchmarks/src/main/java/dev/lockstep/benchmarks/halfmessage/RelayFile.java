package dev.lockstep.benchmarks.halfmessage;

import dev.lockstep.benchmarks.halfmessage.OutboxSeller.Sink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Semaphore;

/**
 * What a relay writes at the least: a relay that lets rows go before their messages are safe
 * elsewhere loses them. There is no broker behind it, and nobody waits for an answer.
 */
final class RelayFile implements AutoCloseable {
  private final FileChannel channel;

  private RelayFile(FileChannel channel) {
    this.channel = channel;
  }

  static RelayFile in(Path directory) throws IOException {
    return new RelayFile(
        FileChannel.open(
            directory.resolve("relayed"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  /** A sink that says when there is room for another row. */
  Sink sink(Semaphore room) {
    return new Sink() {
      @Override
      public void put(byte[] payload) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(payload);
        while (bytes.hasRemaining()) {
          int ignored = channel.write(bytes);
        }
        room.release();
      }

      @Override
      public void force() throws IOException {
        channel.force(false);
      }
    };
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
