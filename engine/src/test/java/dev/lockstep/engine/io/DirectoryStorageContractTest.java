package dev.lockstep.engine.io;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStorageContractTest extends StorageContract {
  @TempDir Path directory;

  @Override
  Storage open() throws IOException {
    return DirectoryStorage.open(directory);
  }
}
