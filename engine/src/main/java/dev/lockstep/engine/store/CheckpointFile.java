package dev.lockstep.engine.store;

import dev.lockstep.InvalidConfigException;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.io.StorageFile;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** File {@code checkpoint}: always a whole one, the newest or the one before it. */
final class CheckpointFile {
  static final String FILE = "checkpoint";

  private static final String TEMPORARY = "checkpoint.tmp";

  private final Storage storage;

  CheckpointFile(Storage storage) {
    this.storage = storage;
  }

  void write(Checkpoint checkpoint) throws IOException {
    prepare(checkpoint);
    publish();
  }

  /** Writes it, so that it needs no more room; the one before it still counts. */
  void prepare(Checkpoint checkpoint) throws IOException {
    try (StorageFile file = storage.create(TEMPORARY)) {
      file.write(0, checkpoint.encode());
      file.force();
    }
    // Index files that the checkpoint counts on may be new: their names first, then its own.
    storage.forceDirectory();
  }

  /** Puts the one that is prepared in the place of the one before it. */
  void publish() throws IOException {
    storage.rename(TEMPORARY, FILE);
    storage.forceDirectory();
  }

  /** Gives the room of a prepared one back. */
  void discard() throws IOException {
    storage.delete(TEMPORARY);
  }

  boolean exists() throws IOException {
    return storage.names().contains(FILE);
  }

  /** The checkpoint, unless there is none or it is damaged. */
  Optional<Checkpoint> read() throws IOException {
    if (!exists()) {
      return Optional.empty();
    }
    try (StorageFile file = storage.open(FILE)) {
      ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(file.size()));
      file.read(0, buffer);
      return Checkpoint.decode(buffer.flip());
    } catch (BufferUnderflowException | IllegalArgumentException | InvalidConfigException e) {
      return Optional.empty(); // the checksum is right and the content is not: damaged all the same
    }
  }
}
