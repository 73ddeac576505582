package dev.lockstep.engine.delay;

/**
 * A hierarchical timing wheel: numbers, each with the time at which it is due. Time is in
 * milliseconds since the epoch, and always an argument: the wheel looks at no clock.
 *
 * <p><b>Levels.</b> The wheel has a cursor: the first millisecond of which not everything has been
 * handed out. Think of cursor and due time as numbers with 7 digits to the base 1,024, enough for
 * every {@code long}. An entry is on the level of the <em>highest digit in which its due time
 * differs from the cursor</em>, in the slot that this digit of its due time names. So there are
 * 1,024 slots on each level, and that is how long a slot is:
 *
 * <pre>
 *   level     0    1       2        3         4             5                  6
 *   slot   1 ms  1 s  17 min  12 days  35 years  35,000 years  36 million years
 * </pre>
 *
 * <p>The last level reaches as far as a {@code long} does: nothing is beyond it.
 *
 * <p><b>Example.</b> The cursor is at 10, that is (0, 0, 10) in the last three digits. Four entries
 * come:
 *
 * <pre>
 *   due      12 = (0, 0, 12)   differs in the last digit           level 0, slot 12
 *   due    1030 = (0, 1, 6)    differs in the last digit but one   level 1, slot 1: from 1024
 *   due    1500 = (0, 1, 476)                                      level 1, slot 1
 *   due 1060000 = (1, 11, 160) differs in the last but two         level 2, slot 1: from 1048576
 * </pre>
 *
 * <ol>
 *   <li>Now it is 600. The first slot of the lowest level that has any is slot 12 of level 0; it
 *       begins at 12, so the entry in it is handed out. The next one is slot 1 of level 1, which
 *       begins at 1024: later than now. The cursor goes to 601.
 *   <li>Now it is 1100. Slot 1 of level 1 begins at 1024, and the cursor goes there. What is in the
 *       slot is placed anew: 1030 differs from 1024 in the last digit only, so it goes to level 0,
 *       slot 6; 1500 goes to level 0, slot 476. The first one is handed out, the cursor goes to
 *       1101, and 1500 stays where it is.
 *   <li>Now it is a day later. Slot 476 of level 0 begins at 1500: handed out. Slot 1 of level 2
 *       begins at 1048576, the cursor goes there, and 1060000 is placed on level 1, slot 11, which
 *       begins at 1059840; then on level 0, slot 160; and is handed out. Empty slots have not been
 *       looked at, and a year would have taken as long.
 * </ol>
 *
 * <p>An entry is placed once for each level that it goes down, at most, whatever the number of
 * others: seldom more than twice.
 *
 * <p><b>Order.</b> Entries are handed out in the order of their due times, and those of one
 * millisecond in the order of their insertion. Only entries that are <em>late</em> when they are
 * inserted, because later ones have been handed out or looked for already, come before all others,
 * in the order of their insertion.
 *
 * <p><b>Clock steps.</b> Nothing is ever handed out before its due time by the time that the caller
 * says. If that goes back, the cursor follows: entries wait for their due times, those inserted
 * meanwhile too, and none is lost or handed out again. That costs the same whatever the number of
 * entries, except that late ones which nobody has taken are placed anew.
 *
 * <p><b>Memory.</b> 32 bytes an entry, without an object for it, in pages of 32 KiB that are given
 * back when they are empty, and 58 KiB for the slots. Entries that leave make room for others.
 *
 * <p>Not thread-safe.
 */
public final class TimingWheel {
  /** Never the handle of an entry. */
  public static final long NO_HANDLE = 0;

  /** When the next entry is due if there is none. */
  public static final long NEVER = Long.MAX_VALUE;

  /** How many entries are placed anew before the caller has its thread back. */
  private static final int PLACED_AT_ONCE = 1 << 10;

  private static final int TOP = Slots.LEVELS - 1;

  private final Entries entries = new Entries();
  private final Slots slots = new Slots(entries);

  /** Everything due before is handed out, or late. */
  private long cursor;

  /** No late entry is due before; means nothing if there is none. */
  private long lateFrom;

  /** No entry that is yet to be placed is due before; means nothing if there is none. */
  private long unplacedFrom;

  /**
   * While entries are yet to be placed, those due from here on join them, which keeps the order.
   */
  private long joinFrom;

  /** The last due time of entries that join them. */
  private long joinTo;

  /** Takes entries that are due. It may insert and cancel others. */
  @FunctionalInterface
  public interface Taker {
    /**
     * Takes one. If it throws, that ends the call of {@link #advance}, and the entry counts as
     * handed out.
     *
     * @param handle its handle, which is not valid any more
     * @param due when it was due
     * @param value its value
     */
    void take(long handle, long due, long value);
  }

  /**
   * An empty wheel.
   *
   * @param now what is due before is late
   */
  public TimingWheel(long now) {
    cursor = now;
  }

  /** How many entries there are. */
  public int size() {
    return entries.size();
  }

  /**
   * Inserts an entry.
   *
   * @param due when it is due; one in the past is handed out next
   * @param value what the caller knows it by
   * @return its handle, for {@link #cancel}; handles of other entries, past ones too, are different
   *     ones
   */
  public long insert(long due, long value) {
    int entry = entries.take(due, value);
    if (due >= joinFrom && due <= joinTo && !slots.isEmpty(Slots.UNPLACED)) {
      unplacedFrom = Math.min(unplacedFrom, due);
      slots.append(Slots.UNPLACED, entry);
    } else {
      place(entry, due);
    }
    return entries.handle(entry);
  }

  /**
   * Removes an entry.
   *
   * @return whether it was there
   */
  public boolean cancel(long handle) {
    if (!entries.isThere(handle)) {
      return false;
    }
    int entry = Entries.entry(handle);
    slots.remove(entry);
    entries.release(entry);
    return true;
  }

  /**
   * The number of an entry, for a table that its owner has beside the wheel. Another entry may have
   * had it, or have it later; never two at a time. Numbers are small: below the largest number of
   * entries that ever were there at a time, rounded up to a multiple of 1,024.
   */
  public static int number(long handle) {
    return Entries.entry(handle);
  }

  /**
   * When to call {@link #advance} next: no entry is due before. It may turn out then that none is
   * due yet, but only once for each level that an entry goes down.
   *
   * @return {@link #NEVER} if there is no entry
   */
  public long nextDue() {
    long next = NEVER;
    if (!slots.isEmpty(Slots.LATE)) {
      next = lateFrom;
    }
    if (!slots.isEmpty(Slots.UNPLACED)) {
      next = Math.min(next, unplacedFrom);
    }
    int slot = slots.lowest();
    return slot == Slots.NONE ? next : Math.min(next, start(slot));
  }

  /**
   * Hands out what is due. It does not hold the caller for long: neither if a great many entries
   * are due, nor if they have to be placed anew.
   *
   * @param now the time; it may have gone back
   * @param max how many entries it hands out at most, at least 1
   * @param taker takes them
   * @return whether it is to be called again at once: {@code false} if nothing that is due is left
   */
  public boolean advance(long now, int max, Taker taker) {
    if (max < 1) {
      throw new IllegalArgumentException("at least 1 entry is handed out at a time, not " + max);
    }
    long behind = now == Long.MAX_VALUE ? now : now + 1;
    if (behind < cursor) {
      stepBack(behind);
    }
    int toTake = max;
    int toPlace = PLACED_AT_ONCE;
    while (toTake > 0) {
      toPlace = placeAnew(toPlace);
      int slot = Slots.LATE;
      if (!slots.isEmpty(Slots.UNPLACED)) {
        break; // that was enough for now
      } else if (slots.isEmpty(Slots.LATE)) {
        slot = slots.lowest();
        if (!isReached(slot, now, behind)) {
          cursor = behind;
          return false;
        }
        cursor = start(slot);
      }
      if (slot < Slots.LATE && Slots.level(slot) > 0) {
        open(slot);
      } else {
        toTake = takeFrom(slot, toTake, taker);
      }
    }
    return nextDue() <= now;
  }

  /** Whether a slot is due; or else, whether the cursor is to be where it begins. */
  private boolean isReached(int slot, long now, long behind) {
    return slot != Slots.NONE && start(slot) <= (Slots.level(slot) == 0 ? now : behind);
  }

  /** The cursor has come to a slot of several due times: its entries have other places now. */
  private void open(int slot) {
    slots.move(slot, Slots.UNPLACED);
    unplacedFrom = cursor;
    joinFrom = cursor;
    joinTo = cursor | ((1L << shift(Slots.level(slot))) - 1);
  }

  /** Places entries that are yet to be placed; says how many more may be. */
  private int placeAnew(int most) {
    if (slots.isEmpty(Slots.UNPLACED)) {
      return most;
    }
    int left = most;
    int entry = slots.first(Slots.UNPLACED);
    while (left > 0 && entry >= 0) {
      int next = entries.next(entry);
      place(entry, entries.due(entry));
      entry = next;
      left--;
    }
    slots.leave(Slots.UNPLACED, entry);
    return left;
  }

  /** Hands out what is in a slot, until late ones come before; says how many more may be. */
  private int takeFrom(int slot, int most, Taker taker) {
    int left = most;
    do {
      take(slots.first(slot), taker);
      left--;
    } while (left > 0 && !slots.isEmpty(slot) && (slot == Slots.LATE || slots.isEmpty(Slots.LATE)));
    return left;
  }

  private void take(int entry, Taker taker) {
    long handle = entries.handle(entry);
    long due = entries.due(entry);
    long value = entries.value(entry);
    slots.remove(entry);
    entries.release(entry);
    taker.take(handle, due, value);
  }

  /**
   * The time has gone back. Let level and digit be those in which the old cursor differs from the
   * new one. Entries on higher levels, and in other slots of this one, are where they belong. Those
   * on lower levels have the digit of the old cursor: they go into its slot.
   */
  private void stepBack(long to) {
    int level = level(cursor, to);
    slots.moveBelow(level, Slots.slot(level, digit(cursor, level)));
    cursor = to;
    if (!slots.isEmpty(Slots.LATE)) { // perhaps they are not late any more
      unplacedFrom = slots.isEmpty(Slots.UNPLACED) ? lateFrom : Math.min(unplacedFrom, lateFrom);
      slots.move(Slots.UNPLACED, Slots.LATE);
      slots.move(Slots.LATE, Slots.UNPLACED);
      joinFrom = Long.MIN_VALUE;
      joinTo = Long.MAX_VALUE;
    }
  }

  private void place(int entry, long due) {
    if (due < cursor) {
      lateFrom = slots.isEmpty(Slots.LATE) ? due : Math.min(lateFrom, due);
      slots.append(Slots.LATE, entry);
    } else {
      int level = level(due, cursor);
      slots.append(Slots.slot(level, digit(due, level)), entry);
    }
  }

  /** The highest digit in which times differ. */
  private static int level(long one, long other) {
    return (Long.SIZE - 1 - Long.numberOfLeadingZeros((one ^ other) | 1)) / Slots.DIGIT_BITS;
  }

  private static int shift(int level) {
    return level * Slots.DIGIT_BITS;
  }

  /** A digit of a time; times before the epoch have the smaller ones. */
  private static int digit(long time, int level) {
    return Slots.digit((int) (sorted(time) >>> shift(level)));
  }

  /** A time as an unsigned number, in the same order; or back. */
  private static long sorted(long time) {
    return time ^ Long.MIN_VALUE;
  }

  /** When a slot begins: the digits of the cursor above it, its own, and zeros. */
  private long start(int slot) {
    int level = Slots.level(slot);
    long above = level == TOP ? 0 : sorted(cursor) >>> shift(level + 1) << shift(level + 1);
    return sorted(above | ((long) Slots.digit(slot) << shift(level)));
  }

  /** Everything due before is handed out, or late. */
  long cursor() {
    return cursor;
  }

  /** How many pages its entries take. */
  int pages() {
    return entries.pages();
  }
}
