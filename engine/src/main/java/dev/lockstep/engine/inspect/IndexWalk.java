package dev.lockstep.engine.inspect;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.index.IndexEntry;
import dev.lockstep.engine.index.PartitionIndex;
import dev.lockstep.engine.index.PartitionIndex.StoredEntries;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Goes through all entries of a partition, in pieces, by offset. */
final class IndexWalk {
  private static final int PIECE = 4096;

  private final PartitionIndex index;
  private final Visitor visitor;

  /** Takes what a walk finds. */
  @FunctionalInterface
  interface Visitor {
    /**
     * Entries of one file, or of none, those that came after the last checkpoint.
     *
     * @param file the file, if they are in one
     */
    void piece(Optional<String> file, List<IndexEntry> entries);

    /**
     * A file is damaged. The walk goes on with the next one, unless this throws.
     *
     * @param file its name
     * @param from the first offset whose entry can't be read
     * @param to the offset behind its last entry
     */
    default void damaged(String file, long from, long to, CorruptLogException damage) {
      throw damage;
    }
  }

  private IndexWalk(PartitionIndex index, Visitor visitor) {
    this.index = index;
    this.visitor = visitor;
  }

  static void over(PartitionIndex index, Visitor visitor) throws IOException {
    new IndexWalk(index, visitor).run();
  }

  private void run() throws IOException {
    long from = index.first();
    for (StoredEntries file : index.files()) {
      walk(Optional.of(file.name()), from, file.to());
      from = Math.max(from, file.to());
    }
    walk(Optional.empty(), from, index.end());
  }

  private void walk(Optional<String> file, long from, long to) throws IOException {
    long next = from;
    int max = PIECE;
    while (next < to) {
      List<IndexEntry> entries;
      try {
        entries = index.entries(next, to, max);
      } catch (CorruptLogException e) {
        if (max > 1) {
          max /= 2; // what stands before the damage is read, too
          continue;
        }
        visitor.damaged(file.orElseThrow(), next, to, e);
        return;
      }
      if (entries.isEmpty()) {
        return;
      }
      visitor.piece(file, entries);
      next = entries.get(entries.size() - 1).offset() + 1;
    }
  }
}
