package dev.lockstep.engine.io;

import java.io.IOException;
import java.util.List;

/**
 * A flat directory of files. Thread-safe.
 *
 * <p>What a power cut may do: bytes written to a file since its last {@link StorageFile#force()}
 * may be there, be missing or be torn, each sector on its own; creations, renames and deletions
 * since the last {@link #forceDirectory()} may have happened or not, each on its own. A full disk
 * is an {@link OutOfSpaceException}, from any method that writes.
 */
public interface Storage extends AutoCloseable {
  /**
   * Where it is, for messages.
   *
   * @return the directory's path
   */
  String location();

  /**
   * The names of all files.
   *
   * @return the names, sorted
   */
  List<String> names() throws IOException;

  /**
   * Opens an existing file for reading and writing.
   *
   * @throws java.nio.file.NoSuchFileException if there is no such file
   */
  StorageFile open(String name) throws IOException;

  /** Creates an empty file, replacing one of that name. */
  StorageFile create(String name) throws IOException;

  /** Renames a file atomically, replacing one of the new name. The file may be open. */
  void rename(String from, String to) throws IOException;

  /** Deletes a file. It may be open; its handles stay usable. Does nothing if it is absent. */
  void delete(String name) throws IOException;

  /** Makes creations, renames and deletions durable. */
  void forceDirectory() throws IOException;

  /**
   * Looks whether so many bytes can be written, without writing them. They may fail nevertheless:
   * others write, too, and a quota does not show.
   *
   * @throws OutOfSpaceException if there is no room for them
   */
  void checkRoom(long bytes) throws IOException;

  /** Gives the directory free. Files are closed by those who opened them. */
  @Override
  void close() throws IOException;
}
