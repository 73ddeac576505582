package dev.lockstep.engine;

import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.io.StorageFile;
import dev.lockstep.engine.jmx.LogFigures.Space;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;

/** What the files of a live log take, by a look at each of them. */
final class DiskUse {
  private DiskUse() {}

  static Space of(Storage storage, long budget) {
    try {
      long segments = 0;
      long bytes = 0;
      for (String name : storage.names()) {
        bytes += size(storage, name);
        segments += name.endsWith(".segment") ? 1 : 0;
      }
      return new Space(segments, bytes, budget);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long size(Storage storage, String name) throws IOException {
    try (StorageFile file = storage.open(name)) {
      return file.size();
    } catch (NoSuchFileException e) {
      return 0; // deleted or renamed since the look at the directory
    }
  }
}
