package dev.lockstep.engine.delay;

import java.util.Arrays;

/**
 * The slots of a timing wheel: a list of entries for each, and maps that tell at a glance which of
 * them are not empty.
 *
 * <p>The ends of a list name their slot, as its complement, where the others have a neighbour. So
 * an entry leaves its list without being told which one that is, and a whole list moves into
 * another slot by its ends alone.
 *
 * <p>Not thread-safe.
 */
final class Slots {
  /** How many levels there are: as many as a long has digits. */
  static final int LEVELS = 7;

  /** How many bits a digit has: a level has a slot for each of its values. */
  static final int DIGIT_BITS = 10;

  /** Entries that were late when they came. */
  static final int LATE = LEVELS << DIGIT_BITS;

  /** Entries that are yet to be put into their slots. */
  static final int UNPLACED = LATE + 1;

  /** No slot at all. */
  static final int NONE = -1;

  private static final int SLOTS = UNPLACED + 1;

  /** A word of a map has a bit for each of this many slots, as its power of two. */
  private static final int WORD_BITS = 6;

  /** How many words the map of a level has. */
  private static final int WORDS = 1 << (DIGIT_BITS - WORD_BITS);

  private final Entries entries;
  private final int[] firsts = new int[SLOTS];
  private final int[] lasts = new int[SLOTS];

  /** A bit for each slot that is not empty. */
  private final long[] filled = new long[LEVELS * WORDS];

  /** For each level, a bit for each word that is not 0. */
  private final int[] words = new int[LEVELS];

  /** A bit for each level that has a word which is not 0. */
  private int levels;

  Slots(Entries entries) {
    this.entries = entries;
    Arrays.setAll(firsts, slot -> ~slot);
    Arrays.setAll(lasts, slot -> ~slot);
  }

  /** A slot of the levels. */
  static int slot(int level, int digit) {
    return (level << DIGIT_BITS) | digit;
  }

  /** The level of a slot. */
  static int level(int slot) {
    return slot >> DIGIT_BITS;
  }

  /** The digit of a slot. */
  static int digit(int slot) {
    return slot & ((1 << DIGIT_BITS) - 1);
  }

  boolean isEmpty(int slot) {
    return firsts[slot] < 0;
  }

  /** The first entry of a slot that is not empty. */
  int first(int slot) {
    return firsts[slot];
  }

  /** The first slot of the lowest level that has any which is not empty, or {@link #NONE}. */
  int lowest() {
    return levels == 0 ? NONE : lowest(Integer.numberOfTrailingZeros(levels));
  }

  private int lowest(int level) {
    int word = level * WORDS + Integer.numberOfTrailingZeros(words[level]);
    return (word << WORD_BITS) | Long.numberOfTrailingZeros(filled[word]);
  }

  void append(int slot, int entry) {
    int last = lasts[slot];
    entries.link(entry, last, ~slot);
    if (last >= 0) {
      entries.linkNext(last, entry);
    } else {
      firsts[slot] = entry;
      fill(slot);
    }
    lasts[slot] = entry;
  }

  /** Takes an entry out of its list. */
  void remove(int entry) {
    int previous = entries.previous(entry);
    int next = entries.next(entry);
    if (previous >= 0) {
      entries.linkNext(previous, next);
    } else {
      firsts[~previous] = next;
    }
    if (next >= 0) {
      entries.linkPrevious(next, previous);
    } else {
      lasts[~next] = previous;
      if (previous < 0) {
        empty(~next);
      }
    }
  }

  /** Moves all entries of a slot behind those of another. */
  void move(int from, int to) {
    int first = firsts[from];
    if (first < 0) {
      return;
    }
    int before = lasts[to];
    entries.linkPrevious(first, before);
    if (before >= 0) {
      entries.linkNext(before, first);
    } else {
      firsts[to] = first;
      fill(to);
    }
    entries.linkNext(lasts[from], ~to);
    lasts[to] = lasts[from];
    firsts[from] = ~from;
    lasts[from] = ~from;
    empty(from);
  }

  /** Moves all entries of the levels below one into a slot. */
  void moveBelow(int level, int to) {
    while (levels != 0 && Integer.numberOfTrailingZeros(levels) < level) {
      move(lowest(), to);
    }
  }

  /** Empties a slot whose entries are elsewhere already, up to one that is its first now. */
  void leave(int slot, int first) {
    firsts[slot] = first;
    if (first >= 0) {
      entries.linkPrevious(first, ~slot);
    } else {
      lasts[slot] = ~slot;
      empty(slot);
    }
  }

  private void fill(int slot) {
    if (slot < LATE) {
      int level = level(slot);
      int word = slot >> WORD_BITS;
      filled[word] |= 1L << slot; // a shift looks at the lower bits only
      words[level] |= 1 << (word & (WORDS - 1));
      levels |= 1 << level;
    }
  }

  private void empty(int slot) {
    if (slot < LATE) {
      int word = slot >> WORD_BITS;
      filled[word] &= ~(1L << slot);
      if (filled[word] == 0) {
        int level = level(slot);
        words[level] &= ~(1 << (word & (WORDS - 1)));
        if (words[level] == 0) {
          levels &= ~(1 << level);
        }
      }
    }
  }
}
