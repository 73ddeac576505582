package dev.lockstep.engine.index;

import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.io.StorageFile;
import dev.lockstep.engine.io.UnreadableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The index files of a directory. There may be thousands, so that only those stay open that were
 * used last. Thread-safe.
 */
final class IndexFiles {
  private static final int MAX_OPEN = 256;

  private final Storage storage;
  private final Map<String, StorageFile> open = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, Long> sizes = new HashMap<>();
  private int generation;
  private long evictions;

  IndexFiles(Storage storage) {
    this.storage = storage;
  }

  /** Looks which files there are. Before that, none is known. */
  synchronized void scan() throws IOException {
    for (String name : storage.names()) {
      Optional<ChunkName> chunk = ChunkName.parse(name);
      if (chunk.isPresent()) {
        generation = Math.max(generation, chunk.get().generation());
        try (StorageFile file = storage.open(name)) {
          sizes.put(name, file.size());
        }
      }
    }
  }

  String location() {
    return storage.location();
  }

  /** Whether a file is there and has so many bytes. */
  synchronized boolean has(String name, long bytes) {
    return sizes.getOrDefault(name, -1L) >= bytes;
  }

  /** The bytes of all files. */
  synchronized long bytes() {
    return sizes.values().stream().mapToLong(Long::longValue).sum();
  }

  /** A generation that no file has. */
  synchronized int nextGeneration() {
    return ++generation;
  }

  synchronized void create(String name) throws IOException {
    keep(name, storage.create(name));
    sizes.put(name, 0L);
  }

  private void keep(String name, StorageFile file) throws IOException {
    open.put(name, file);
    Iterator<StorageFile> eldest = open.values().iterator();
    while (open.size() > MAX_OPEN) {
      StorageFile closed = eldest.next();
      eldest.remove();
      evictions++;
      closed.close();
    }
  }

  /**
   * Reads from a file until the buffer is full or the file ends, and flips the buffer.
   *
   * @throws UnreadableException if the disk does not let it be read
   */
  void read(String name, long offset, ByteBuffer target) throws IOException {
    try {
      use(name, file -> file.read(offset, target.clear()));
    } catch (IOException e) {
      throw new UnreadableException(name, location(), e);
    }
    target.flip();
  }

  /** Writes to a file. Only one thread writes. */
  void write(String name, long offset, ByteBuffer source) throws IOException {
    long end = offset + source.remaining();
    use(name, file -> file.write(offset, source.duplicate()));
    synchronized (this) {
      sizes.merge(name, end, Math::max);
    }
  }

  void force(String name) throws IOException {
    use(name, StorageFile::force);
  }

  /** Does something with a file, again if somebody else's use has closed it meanwhile. */
  private void use(String name, Use use) throws IOException {
    while (true) {
      long before = evictions();
      try {
        use.of(file(name));
        return;
      } catch (NoSuchFileException e) {
        throw e;
      } catch (IOException e) {
        if (evictions() == before) {
          throw e;
        }
      }
    }
  }

  @FunctionalInterface
  private interface Use {
    void of(StorageFile file) throws IOException;
  }

  private synchronized long evictions() {
    return evictions;
  }

  private synchronized StorageFile file(String name) throws IOException {
    StorageFile file = open.get(name);
    if (file == null) {
      file = storage.open(name);
      keep(name, file);
    }
    return file;
  }

  /** Deletes all files but some. */
  void retain(Set<String> named) throws IOException {
    for (String name : unnamed(named)) {
      synchronized (this) {
        sizes.remove(name);
        StorageFile file = open.remove(name);
        if (file != null) {
          evictions++;
          file.close();
        }
      }
      storage.delete(name);
    }
  }

  private synchronized Set<String> unnamed(Set<String> named) {
    Set<String> others = new TreeSet<>(sizes.keySet());
    others.removeAll(named);
    return others;
  }

  synchronized void close() throws IOException {
    List<StorageFile> files = new ArrayList<>(open.values());
    open.clear();
    for (StorageFile file : files) {
      file.close();
    }
  }
}
