package dev.lockstep.xa.narayana;

import com.arjuna.ats.jta.xa.XATxConverter;
import com.arjuna.ats.jta.xa.XidImple;
import dev.lockstep.InvalidConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The number, in the qualifier of a branch, of the store that has the decision on it: of the log or
 * of the directory. A node id is chosen by people, and two processes may have the same one; by this
 * number each knows its own branches all the same.
 */
final class StoreNumber {
  static final String FILE = "lockstep-store-id";

  private StoreNumber() {}

  /** The number of a store with this identity. */
  static int of(UUID store) {
    return Long.hashCode(store.getMostSignificantBits() ^ store.getLeastSignificantBits());
  }

  /** The number in a branch that Narayana has named. */
  static int in(XidImple branch) {
    return XATxConverter.getEISName(branch.getXID());
  }

  /** The number of a directory, which gets its identity at the first call. For whoever holds it. */
  static int of(Path directory) {
    Path file = directory.resolve(FILE);
    try {
      String known =
          Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8).strip() : "";
      if (!known.isEmpty()) {
        return of(UUID.fromString(known));
      }
      UUID drawn = UUID.randomUUID(); // also if the power was cut while it was written
      NodeMemory.write(file, drawn.toString());
      DecisionStore.force(directory);
      return of(drawn);
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidConfigException(
          "the identity of the transaction store cannot be read from, or written to, "
              + file
              + ": "
              + e
              + ". Choose a directory that this process may write to; restore the file if it is"
              + " damaged, or delete it if nothing is in doubt",
          e);
    }
  }
}
