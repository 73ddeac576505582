package dev.lockstep.engine.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** A file of a directory, on a channel that no interrupt closes. */
final class DirectoryFile implements StorageFile {
  /**
   * The most that one call of the operating system moves. The JDK copies a heap buffer through a
   * direct one as large as the call, and keeps that for the thread's life.
   */
  private static final int MAX_TRANSFER = 1 << 20;

  /** What Linux, the BSDs and Windows say, in the languages in which they say it to most of us. */
  private static final List<String> FULL =
      List.of("no space left", "disk quota exceeded", "not enough space", "disk is full");

  private final Path path;
  private final AsynchronousFileChannel channel;

  private DirectoryFile(Path path, AsynchronousFileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  static DirectoryFile open(Path path, OpenOption... options) throws IOException {
    try {
      return new DirectoryFile(path, Platform.openChannel(path, options));
    } catch (IOException e) {
      throw named(e, path, 1);
    }
  }

  @Override
  public void write(long offset, ByteBuffer source) throws IOException {
    int end = source.limit();
    long position = offset;
    try {
      while (source.position() < end) {
        source.limit(source.position() + Math.min(end - source.position(), MAX_TRANSFER));
        position += await(channel.write(source, position));
      }
    } catch (IOException e) {
      throw named(e, path, end - source.position());
    } finally {
      source.limit(end);
    }
  }

  @Override
  public int read(long offset, ByteBuffer target) throws IOException {
    int start = target.position();
    int end = target.limit();
    try {
      int transferred = 0;
      while (transferred >= 0 && target.position() < end) {
        target.limit(target.position() + Math.min(end - target.position(), MAX_TRANSFER));
        transferred = await(channel.read(target, offset + target.position() - start));
      }
      return target.position() - start;
    } finally {
      target.limit(end);
    }
  }

  @Override
  public void force() throws IOException {
    try {
      // Without metadata, but for the metadata that reading the bytes back needs: the size.
      channel.force(false);
    } catch (IOException e) {
      throw named(e, path, 1);
    }
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public void truncate(long size) throws IOException {
    long present = channel.size();
    if (size < 0 || size > present) {
      throw new IllegalArgumentException(
          "can't cut " + path + " of " + present + " bytes to " + size);
    }
    channel.truncate(size);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  AsynchronousFileChannel channel() {
    return channel;
  }

  /** The same failure as a full disk, if that is what it is. */
  static IOException named(IOException failure, Path path, int bytes) {
    if (failure instanceof OutOfSpaceException || !isFull(failure, path, bytes)) {
      return failure;
    }
    return new OutOfSpaceException(
        "no space left to write " + path + ": free some on that disk, or raise the quota", failure);
  }

  private static boolean isFull(IOException failure, Path path, int bytes) {
    String reason =
        failure instanceof FileSystemException at ? at.getReason() : failure.getMessage();
    String text = reason == null ? "" : reason.toLowerCase(Locale.ROOT);
    return FULL.stream().anyMatch(text::contains) || hasNoRoom(path, bytes);
  }

  /** The operating system may speak any language: then the free space tells. */
  private static boolean hasNoRoom(Path path, int bytes) {
    try {
      Path existing = Files.exists(path) ? path : path.toAbsolutePath().getParent();
      return existing != null && Files.getFileStore(existing).getUsableSpace() < bytes;
    } catch (IOException e) {
      return false; // The failure that is being named is the one to report.
    }
  }

  /** On POSIX systems the operation has ended on this thread; on Windows this waits for it. */
  private static int await(Future<Integer> operation) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return operation.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
