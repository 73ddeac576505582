package dev.lockstep.engine.fuzz;

import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.io.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/** Whole files of a storage, as bytes. */
final class Files {
  private Files() {}

  static Map<String, byte[]> all(Storage storage) throws IOException {
    Map<String, byte[]> all = new TreeMap<>();
    for (String name : storage.names()) {
      all.put(name, read(storage, name));
    }
    return all;
  }

  static byte[] read(Storage storage, String name) throws IOException {
    try (StorageFile file = storage.open(name)) {
      byte[] bytes = new byte[Math.toIntExact(file.size())];
      file.read(0, ByteBuffer.wrap(bytes));
      return bytes;
    }
  }

  static void write(Storage storage, String name, byte[] bytes) throws IOException {
    try (StorageFile file = storage.create(name)) {
      file.write(0, ByteBuffer.wrap(bytes));
      file.force();
    }
    storage.forceDirectory();
  }
}
