package dev.lockstep.benchmarks;

import dev.lockstep.benchmarks.harness.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a run puts its data; deleted at the end.
 *
 * @param path the directory
 */
record DataDirectory(Path path) implements AutoCloseable {
  static DataDirectory in(Path parent) throws IOException {
    return new DataDirectory(Files.createTempDirectory(parent, "bench-"));
  }

  @Override
  public void close() throws IOException {
    Directories.delete(path);
  }
}
