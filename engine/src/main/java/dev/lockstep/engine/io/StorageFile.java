package dev.lockstep.engine.io;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file. Thread-safe: reads, writes and forces of several threads may overlap. An interrupt
 * of a thread never ends an operation nor closes the file.
 */
public interface StorageFile extends AutoCloseable {
  /** Writes all remaining bytes at a byte offset, extending the file if need be. */
  void write(long offset, ByteBuffer source) throws IOException;

  /**
   * Reads from a byte offset until the buffer is full or the file ends.
   *
   * @return how many bytes were read, 0 at or behind the end
   */
  int read(long offset, ByteBuffer target) throws IOException;

  /** Makes all bytes durable that were written before the call, by any thread. */
  void force() throws IOException;

  /** The file's size in bytes. */
  long size() throws IOException;

  /** Cuts the file to a size that is not larger than its present one. */
  void truncate(long size) throws IOException;

  @Override
  void close() throws IOException;
}
