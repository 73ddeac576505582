package dev.lockstep.engine.index;

/**
 * Some entries of a partition in words, on their way from memory to a file: a checkpoint copies
 * every entry once, and makes no object for any. Not thread-safe.
 */
final class EntryBatch {
  private final long[] words;
  private long base;
  private int count;

  EntryBatch(int capacity) {
    this.words = new long[capacity * IndexEntry.WORDS];
  }

  /** Begins anew, with offsets that are counted from a base. */
  void clear(long newBase) {
    base = newBase;
    count = 0;
  }

  int count() {
    return count;
  }

  boolean isFull() {
    return count * IndexEntry.WORDS == words.length;
  }

  /** Adds the entry of an offset, whose words stand at an index of others. */
  void add(long offset, long[] from, int at) {
    int to = at(count);
    System.arraycopy(from, at, words, to, IndexEntry.WORDS);
    IndexEntry.rebase(words, to, (int) (offset - base));
    count++;
  }

  long offset(int entry) {
    return base + IndexEntry.relative(words, at(entry));
  }

  /** What the entries are, for {@link #at}. */
  long[] words() {
    return words;
  }

  /** Where an entry stands in the words. */
  static int at(int entry) {
    return entry * IndexEntry.WORDS;
  }
}
