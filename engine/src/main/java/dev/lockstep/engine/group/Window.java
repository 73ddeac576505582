package dev.lockstep.engine.group;

import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.frame.Park;
import dev.lockstep.engine.frame.Range;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The messages of a partition that a group which consumes in key order has in sight and has not
 * consumed: lent to a member, held by an undecided branch, parked, or waiting. In memory only; it
 * is filled from the index again when a group's first member joins.
 *
 * <p><b>Order per key.</b> A message is lent only when every earlier message of its key in the
 * window is lent to the same member; and all messages that are not consumed are in the window, up
 * to where it ends.
 *
 * <p><b>Cover.</b> Offsets have gaps. What is lent covers everything from behind the message before
 * it in the window: consumed already, or no longer there. So the covers of two messages never
 * overlap, and a gap is consumed with a message behind it. Where the message behind it has been
 * delivered before the gap came to be, as what stood there has expired or was removed, nobody
 * would: such {@linkplain #gaps gaps} are the group's own to acknowledge.
 *
 * <p>Guarded by the group's lock.
 */
final class Window {
  private static final long NOBODY = 0;
  private static final int NO_KEY = 0;
  private static final long UNSETTLED = -1;

  private final Progress progress;
  private final Holds holds;
  private final TreeMap<Long, Item> items = new TreeMap<>();
  private long end;
  private int unlent;
  private boolean mayHaveGaps;

  /** A message in the window. */
  private static final class Item {
    private final long offset;
    private final int key;
    private long member = NOBODY;
    private boolean held;
    private long coversFrom;

    private Item(long offset, int key) {
      this.offset = offset;
      this.key = key;
    }

    private boolean isFree() {
      return member == NOBODY && !held;
    }

    /** Whether it is known what is acknowledged with it. */
    private boolean isSettled() {
      return held || (member != NOBODY && coversFrom != UNSETTLED);
    }
  }

  /** A message that is lent to a member. */
  record Loan(long offset, int attempt) {}

  /** A message in the index. */
  record Sight(long offset, int keyHash) {}

  Window(Progress progress, Holds holds) {
    this.progress = progress;
    this.holds = holds;
  }

  /** Begins anew behind what is consumed; all loans are void. */
  void clear() {
    items.clear();
    unlent = 0;
    mayHaveGaps = false;
    end = progress.committed();
  }

  /** Everything that is not consumed is in the window, up to this offset. */
  long end() {
    return end;
  }

  /** How many messages wait, for whatever reason. */
  int unlent() {
    return unlent;
  }

  /**
   * Takes more messages into sight, in offset order.
   *
   * @param from where the window ended when they were looked up; if it has moved, nothing happens
   * @param to where it ends now
   */
  void extend(long from, List<Sight> sights, long to) {
    if (from != end) {
      return;
    }
    for (Sight sight : sights) {
      if (!progress.isAcknowledged(sight.offset())) {
        Item item = new Item(sight.offset(), sight.keyHash());
        Optional<Range> held = holds.heldByBranch(item.offset);
        item.held = held.isPresent();
        item.coversFrom = held.map(Range::from).orElse(UNSETTLED);
        items.put(item.offset, item);
        unlent += item.held ? 0 : 1;
      }
    }
    end = to;
  }

  /**
   * Lends messages to a member, as many as there are and may be.
   *
   * @param first the first offset that is there; what waits below it is gone
   * @param now the time, for what is parked
   */
  List<Loan> lend(long member, int max, long first, long now) {
    if (unlent == 0) {
      return List.of();
    }
    List<Loan> loans = new ArrayList<>();
    Set<Integer> keysElsewhere = new HashSet<>();
    List<Item> gone = new ArrayList<>();
    for (Item item : items.values()) {
      if (loans.size() == max) {
        break;
      }
      Optional<Park> park = progress.park(item.offset);
      boolean due = park.isEmpty() || park.get().until() <= now;
      if (item.isFree() && item.offset < first) {
        gone.add(item);
      } else if (item.isFree() && due && !keysElsewhere.contains(item.key)) {
        item.member = member;
        item.coversFrom = UNSETTLED;
        unlent--;
        loans.add(new Loan(item.offset, park.map(Park::attempt).orElse(0) + 1));
      } else if (item.key != NO_KEY && (item.held || item.member != member)) {
        keysElsewhere.add(item.key);
      }
    }
    gone.forEach(this::lose);
    return loans;
  }

  /** When the next parked message becomes due, if any. */
  long nextDue(long now) {
    long next = Long.MAX_VALUE;
    if (progress.parked() > 0) {
      for (Item item : items.values()) {
        Optional<Park> park = item.isFree() ? progress.park(item.offset) : Optional.empty();
        if (park.isPresent() && park.get().until() > now) {
          next = Math.min(next, park.get().until());
        }
      }
    }
    return next;
  }

  /** A message that was lent is no longer there, or has expired. */
  void drop(long member, long offset) {
    Item item = items.get(offset);
    if (item != null && item.member == member && !item.held) {
      lose(item);
    }
  }

  /** A message is gone; who has been lent it will see that. */
  void forget(long offset) {
    Item item = items.get(offset);
    if (item != null && item.isFree()) {
      lose(item);
    }
  }

  /** A message is gone without being consumed. */
  private void lose(Item item) {
    remove(item);
    mayHaveGaps = true;
  }

  private void remove(Item item) {
    unlent -= item.isFree() ? 1 : 0;
    items.remove(item.offset);
  }

  /**
   * The offsets that are not consumed and will not be with any message, as those behind them have
   * been delivered or consumed without. Nobody holds them.
   */
  List<Range> gaps() {
    if (!mayHaveGaps) {
      return List.of();
    }
    List<Range> gaps = new ArrayList<>();
    long at = progress.committed();
    for (Item item : items.values()) {
      if (item.isSettled()) {
        addUnheld(at, item.coversFrom, gaps);
      }
      at = item.offset + 1;
    }
    addUnheld(at, progress.reach(), gaps);
    mayHaveGaps = !gaps.isEmpty();
    return gaps;
  }

  private void addUnheld(long from, long to, List<Range> gaps) {
    for (Range open : progress.open(from, to)) {
      gaps.addAll(holds.unheld(open));
    }
  }

  /**
   * A message that was lent is about to be delivered.
   *
   * @return where its acknowledgement starts; empty if it is no longer lent to that member
   */
  Optional<Long> settle(long member, long offset) {
    Item item = items.get(offset);
    if (item == null || item.member != member || item.held) {
      return Optional.empty();
    }
    Map.Entry<Long, Item> before = items.lowerEntry(offset);
    long start = before == null ? progress.committed() : before.getKey() + 1;
    item.coversFrom = holds.endBelow(offset, start);
    mayHaveGaps |= item.coversFrom > start;
    return Optional.of(item.coversFrom);
  }

  /** Takes back what is lent to a member and not held. */
  void takeBack(long member) {
    takeBack(member, items.values());
  }

  /** Takes back what is lent to a member of some offsets, and not held. */
  void takeBack(long member, Range range) {
    takeBack(member, items.subMap(range.from(), range.to()).values());
  }

  private void takeBack(long member, Collection<Item> some) {
    for (Item item : some) {
      if (item.member == member && !item.held) {
        takeBack(item);
      }
    }
  }

  /** Takes back a message that was lent, unless it was settled; says whether it did. */
  boolean takeBackUnsettled(long member, long offset) {
    Item item = items.get(offset);
    if (item == null || item.member != member || item.isSettled()) {
      return false;
    }
    takeBack(item);
    return true;
  }

  private void takeBack(Item item) {
    item.member = NOBODY;
    unlent++;
  }

  /**
   * Whether what an acknowledgement names is lent to its member.
   *
   * @return why not; empty if it is
   */
  Optional<String> refusal(Ack ack) {
    for (Park park : ack.parks()) {
      Item item = items.get(park.offset());
      if (item == null || !isLent(item, ack)) {
        return Optional.of("offset " + park.offset() + " is not lent to this member");
      }
    }
    for (Range range : ack.ranges()) {
      Optional<String> refusal = refusal(ack, range);
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return overtaking(ack);
  }

  private Optional<String> refusal(Ack ack, Range range) {
    long at = range.from();
    while (at < range.to()) {
      Map.Entry<Long, Item> next = items.ceilingEntry(at);
      if (next == null || !isLent(next.getValue(), ack) || next.getValue().coversFrom != at) {
        return Optional.of("offset " + at + " is not lent to this member");
      }
      long offset = next.getKey();
      if (offset >= range.to() && !(offset == range.to() && isParked(ack, offset))) {
        return Optional.of("the message at offset " + offset + " is acknowledged in part");
      }
      at = offset + 1;
    }
    return Optional.empty();
  }

  /** A message is consumed only after the earlier ones of its key, or together with them. */
  private Optional<String> overtaking(Ack ack) {
    List<Range> ranges = ack.ranges();
    if (ranges.isEmpty()) {
      return Optional.empty();
    }
    Set<Integer> unconsumed = new HashSet<>();
    int at = 0;
    for (Item item : items.headMap(ranges.get(ranges.size() - 1).to()).values()) {
      while (ranges.get(at).to() <= item.offset) {
        at++;
      }
      if (!ranges.get(at).contains(item.offset)) {
        unconsumed.add(item.key);
      } else if (item.key != NO_KEY && unconsumed.contains(item.key)) {
        return Optional.of(
            "offset " + item.offset + " would overtake a message of its key that is not consumed");
      }
    }
    return Optional.empty();
  }

  private static boolean isLent(Item item, Ack ack) {
    return item.member == ack.memberEpoch() && !item.held;
  }

  private static boolean isParked(Ack ack, long offset) {
    return ack.parks().stream().anyMatch(park -> park.offset() == offset);
  }

  /** An undecided branch holds what it acknowledges. */
  void hold(Ack ack) {
    mark(ack, true);
  }

  private void mark(Ack ack, boolean held) {
    for (Range range : ack.ranges()) {
      items.subMap(range.from(), range.to()).values().forEach(item -> mark(item, held));
    }
    for (Park park : ack.parks()) {
      Item item = items.get(park.offset());
      if (item != null) {
        mark(item, held);
      }
    }
  }

  private void mark(Item item, boolean held) {
    unlent -= item.isFree() ? 1 : 0;
    item.held = held;
    item.member = NOBODY;
    unlent += item.isFree() ? 1 : 0;
  }

  /** The branch was rolled back: what it held waits again. */
  void release(Ack ack) {
    mark(ack, false);
    mayHaveGaps = true;
  }

  /** The branch was committed: what it acknowledged is consumed, what it parked waits. */
  void commit(Ack ack) {
    mark(ack, false);
    for (Range range : ack.ranges()) {
      List.copyOf(items.subMap(range.from(), range.to()).values()).forEach(this::remove);
    }
  }

  /** How many messages are parked, or wait behind others of their key. */
  int stuck() {
    Set<Integer> keys = new HashSet<>();
    int stuck = 0;
    for (Item item : items.values()) {
      boolean waits =
          item.isFree() && (progress.park(item.offset).isPresent() || keys.contains(item.key));
      stuck += waits ? 1 : 0;
      if (item.key != NO_KEY && (waits || !item.isFree())) {
        keys.add(item.key);
      }
    }
    return stuck;
  }
}
