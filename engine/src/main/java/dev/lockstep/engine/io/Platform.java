package dev.lockstep.engine.io;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * Opens files and forces directories so that an interrupt does neither harm. A {@code FileChannel}
 * is closed for all its users when one of their threads is interrupted; an {@code
 * AsynchronousFileChannel} is not.
 */
final class Platform {
  private static final InlineExecutor INLINE = new InlineExecutor();

  private Platform() {}

  static AsynchronousFileChannel openChannel(Path file, OpenOption... options) throws IOException {
    Set<OpenOption> all = Set.of(options);
    // On Windows a completion port needs threads of its own: inline, it would wait for itself.
    return isPosix(file)
        ? AsynchronousFileChannel.open(file, all, INLINE)
        : AsynchronousFileChannel.open(file, all, null);
  }

  /**
   * Makes the entries of a directory durable. Windows cannot open a directory as a file; NTFS logs
   * its entries, and a file's force writes that log.
   */
  static void forceDirectory(Path directory) throws IOException {
    if (!isPosix(directory)) {
      return;
    }
    try (AsynchronousFileChannel channel = openChannel(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * What is the same for all names of one directory: symbolic links and bind mounts give it more
   * than one path.
   */
  static String identity(Path directory) throws IOException {
    return isPosix(directory)
        ? String.valueOf(Files.getAttribute(directory, "unix:fileKey"))
        : directory.toRealPath().toString();
  }

  static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
