package dev.lockstep.xa.narayana;

import dev.lockstep.InvalidConfigException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Remembers, beside the decision records, whose they are. Under another node id recovery would
 * leave alone what the former one has left: those branches would stay in doubt.
 */
final class NodeMemory {
  static final String FILE = "lockstep-node-id";

  private NodeMemory() {}

  /**
   * Remembers a node id, if none is remembered yet. For whoever holds the directory.
   *
   * @return the node id that is remembered, if it is another one
   */
  static Optional<String> remember(Path directory, String nodeId) {
    Path file = directory.resolve(FILE);
    try {
      String known =
          Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8).strip() : "";
      if (known.isEmpty()) { // also if the power was cut while it was written
        write(file, nodeId);
        return Optional.empty();
      }
      return Optional.of(known).filter(other -> !other.equals(nodeId));
    } catch (IOException e) {
      throw new InvalidConfigException(
          "the node id cannot be remembered in "
              + file
              + ": "
              + e
              + ". Choose a directory that this process may write to",
          e);
    }
  }

  static void write(Path file, String line) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer text = StandardCharsets.UTF_8.encode(line + "\n");
      while (text.hasRemaining()) {
        channel.write(text);
      }
      channel.force(true);
    }
  }
}
