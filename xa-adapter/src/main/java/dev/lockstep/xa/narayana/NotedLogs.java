package dev.lockstep.xa.narayana;

import dev.lockstep.InvalidConfigException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A file in the store directory that names the logs which may hold decision records. As long as one
 * of them is not open nobody knows what was decided, and recovery must conclude nothing. For one
 * thread at a time.
 */
final class NotedLogs {
  private static final String FILE = "lockstep-logs";

  private final Path file;
  private final Set<UUID> logs = new TreeSet<>();

  private NotedLogs(Path file) {
    this.file = file;
  }

  static NotedLogs read(Path directory) {
    NotedLogs noted = new NotedLogs(directory.resolve(FILE));
    try {
      if (Files.exists(noted.file)) {
        Files.readAllLines(noted.file).forEach(line -> noted.logs.add(UUID.fromString(line)));
      }
      return noted;
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidConfigException(
          "the names of the logs that hold decision records can't be read from "
              + noted.file
              + ": "
              + e
              + ". Restore the file, or delete it if nothing is in doubt",
          e);
    }
  }

  Path file() {
    return file;
  }

  Set<UUID> all() {
    return Set.copyOf(logs);
  }

  /** Durable when it returns. */
  void add(UUID log) {
    if (logs.add(log)) {
      write();
    }
  }

  void remove(UUID log) {
    if (logs.remove(log)) {
      write();
    }
  }

  private void write() {
    Path whole = file.resolveSibling(FILE + ".new");
    String text = logs.stream().map(log -> log + "\n").collect(Collectors.joining());
    try {
      try (FileOutputStream out = new FileOutputStream(whole.toFile())) {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.getFD().sync();
      }
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      DecisionStore.force(file.resolveSibling("."));
    } catch (IOException e) {
      throw new InvalidConfigException(
          "it can't be noted in " + file + " which logs hold decision records: " + e, e);
    }
  }
}
