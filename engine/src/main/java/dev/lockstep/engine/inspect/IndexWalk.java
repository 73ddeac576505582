package dev.lockstep.engine.inspect;

import dev.lockstep.engine.index.IndexEntry;
import dev.lockstep.engine.index.PartitionIndex;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** Goes through all entries of a partition, in pieces. */
final class IndexWalk {
  private static final int PIECE = 4096;

  private IndexWalk() {}

  /**
   * Hands over all entries of a partition, by offset.
   *
   * @throws dev.lockstep.CorruptLogException if the index is damaged; the entries before that were
   *     handed over
   */
  static void over(PartitionIndex index, Consumer<List<IndexEntry>> piece) throws IOException {
    long from = index.first();
    List<IndexEntry> entries = index.entries(from, PIECE);
    while (!entries.isEmpty()) {
      piece.accept(entries);
      from = entries.get(entries.size() - 1).offset() + 1;
      entries = index.entries(from, PIECE);
    }
  }
}
