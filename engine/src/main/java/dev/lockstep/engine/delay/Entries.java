package dev.lockstep.engine.delay;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The entries of a timing wheel: numbers without an object for each.
 *
 * <p><b>Layout.</b> An entry is four longs in a row, 32 bytes, so that whoever visits it meets one
 * line of the cache, seldom two:
 *
 * <pre>
 *   +0  due time
 *   +1  value
 *   +2  links: upper half the previous entry, lower half the next one
 *   +3  the number of its insertion; 0 while it is free, its lower link being the next free one
 * </pre>
 *
 * <p><b>Room.</b> Entries lie in pages of {@value #PAGE} (32 KiB). A new entry takes the first page
 * that has room, a page without entries is given back, and one such page is kept for the next need:
 * what a herd has taken is free again when the herd is gone, and nothing is ever copied.
 *
 * <p><b>Handles.</b> A handle is the number of the entry's insertion and of the entry itself. The
 * entry may be taken again, the insertion has its number alone: one who comes late with a handle
 * finds that it is not there, unless precisely a multiple of 4,294,967,295 insertions lies between.
 *
 * <p>Not thread-safe.
 */
final class Entries {
  /** How many entries a page has. */
  static final int PAGE = 1 << 10;

  private static final int PAGE_BITS = 10;
  private static final int FIELD_BITS = 2;
  private static final int DUE = 0;
  private static final int VALUE = 1;
  private static final int LINKS = 2;
  private static final int INSERTION = 3;

  private static final int FEW_PAGES = 4;
  private static final int NO_ENTRY = -1;
  private static final long LOWER = 0xFFFFFFFFL;
  private static final long[] NO_PAGE = {};

  private long[][] pages = new long[FEW_PAGES][];
  private int[] used = new int[FEW_PAGES];

  /** The first free entry of each page, by its place in the page. */
  private int[] free = new int[FEW_PAGES];

  private final BitSet present = new BitSet();
  private final BitSet withRoom = new BitSet();

  /** No page before this one has room. */
  private int fullBelow;

  /** A page without entries; or none. */
  private long[] spare = NO_PAGE;

  private int spareFree;
  private int insertion;
  private int size;

  Entries() {
    Arrays.fill(pages, NO_PAGE);
  }

  /** How many there are. */
  int size() {
    return size;
  }

  /** How many pages there are, the spare one included. */
  int pages() {
    return present.cardinality() + (spare.length == 0 ? 0 : 1);
  }

  /** Takes an entry; it has no links yet. */
  int take(long due, long value) {
    int number = pageWithRoom();
    long[] page = pages[number];
    int place = free[number];
    int at = place << FIELD_BITS;
    free[number] = (int) page[at + LINKS];
    if (++used[number] == PAGE) {
      withRoom.clear(number);
    }
    insertion = insertion == -1 ? 1 : insertion + 1; // 0 is for those that are free
    page[at + DUE] = due;
    page[at + VALUE] = value;
    page[at + INSERTION] = insertion & LOWER;
    size++;
    return (number << PAGE_BITS) | place;
  }

  private int pageWithRoom() {
    int number = withRoom.nextSetBit(fullBelow);
    if (number < 0) {
      number = present.nextClearBit(0);
      addPage(number);
    }
    fullBelow = number;
    return number;
  }

  private void addPage(int number) {
    if (number == pages.length) {
      int more = pages.length << 1;
      pages = Arrays.copyOf(pages, more);
      Arrays.fill(pages, number, more, NO_PAGE);
      used = Arrays.copyOf(used, more);
      free = Arrays.copyOf(free, more);
    }
    if (spare.length == 0) {
      pages[number] = newPage();
      free[number] = 0;
    } else {
      pages[number] = spare;
      free[number] = spareFree;
      spare = NO_PAGE;
    }
    present.set(number);
    withRoom.set(number);
  }

  private static long[] newPage() {
    long[] page = new long[PAGE << FIELD_BITS];
    for (int place = 0; place < PAGE; place++) {
      page[(place << FIELD_BITS) + LINKS] = place + 1 < PAGE ? place + 1 : NO_ENTRY & LOWER;
    }
    return page;
  }

  /** Gives an entry back. */
  void release(int entry) {
    int number = entry >>> PAGE_BITS;
    long[] page = pages[number];
    int at = at(entry);
    page[at + INSERTION] = 0;
    page[at + LINKS] = free[number] & LOWER;
    free[number] = entry & (PAGE - 1);
    size--;
    if (used[number]-- == PAGE) {
      withRoom.set(number);
    }
    fullBelow = Math.min(fullBelow, number);
    if (used[number] == 0) {
      removePage(number);
    }
  }

  private void removePage(int number) {
    spare = pages[number];
    spareFree = free[number];
    pages[number] = NO_PAGE;
    present.clear(number);
    withRoom.clear(number);
  }

  /** The handle of an entry. */
  long handle(int entry) {
    return (pages[entry >>> PAGE_BITS][at(entry) + INSERTION] << Integer.SIZE) | entry;
  }

  /** The entry of a handle. */
  static int entry(long handle) {
    return (int) handle;
  }

  /** Whether what a handle stands for is still there. */
  boolean isThere(long handle) {
    int entry = entry(handle);
    int number = entry >>> PAGE_BITS;
    return number < pages.length
        && pages[number].length > 0
        && pages[number][at(entry) + INSERTION] == handle >>> Integer.SIZE
        && handle >>> Integer.SIZE != 0;
  }

  private static int at(int entry) {
    return (entry & (PAGE - 1)) << FIELD_BITS;
  }

  long due(int entry) {
    return pages[entry >>> PAGE_BITS][at(entry) + DUE];
  }

  long value(int entry) {
    return pages[entry >>> PAGE_BITS][at(entry) + VALUE];
  }

  int previous(int entry) {
    return (int) (pages[entry >>> PAGE_BITS][at(entry) + LINKS] >>> Integer.SIZE);
  }

  int next(int entry) {
    return (int) pages[entry >>> PAGE_BITS][at(entry) + LINKS];
  }

  void link(int entry, int previous, int next) {
    pages[entry >>> PAGE_BITS][at(entry) + LINKS] =
        ((long) previous << Integer.SIZE) | (next & LOWER);
  }

  void linkPrevious(int entry, int previous) {
    long[] page = pages[entry >>> PAGE_BITS];
    int at = at(entry) + LINKS;
    page[at] = ((long) previous << Integer.SIZE) | (page[at] & LOWER);
  }

  void linkNext(int entry, int next) {
    long[] page = pages[entry >>> PAGE_BITS];
    int at = at(entry) + LINKS;
    page[at] = (page[at] & ~LOWER) | (next & LOWER);
  }
}
