package dev.lockstep.engine.delay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A timing wheel, and the same as a sorted map: of due times, and the values of each in the order
 * of their insertion. Late ones are at the front.
 */
final class WheelAndModel {
  private final TimingWheel wheel;
  private long now;

  /** By due time; what is here is due at {@link #cursor} at the earliest. */
  private final TreeMap<Long, Set<Long>> onTime = new TreeMap<>();

  private final Set<Long> late = new LinkedHashSet<>();

  /** Everything due before this has been handed out, or is late. */
  private long cursor;

  private final List<Long> pending = new ArrayList<>();
  private final Map<Long, Integer> places = new HashMap<>();
  private final List<Long> stale = new ArrayList<>();
  private final Map<Long, Long> dues = new HashMap<>();
  private final Map<Long, Long> handles = new HashMap<>();
  private long values;

  WheelAndModel(long epoch) {
    now = epoch;
    cursor = epoch;
    wheel = new TimingWheel(epoch);
  }

  /** A time some way from now; if that is out of reach, the last one. */
  private long from(long span) {
    long time = now + span;
    if (span > 0 == time > now || span == 0) {
      return time;
    }
    return span > 0 ? Long.MAX_VALUE : Long.MIN_VALUE;
  }

  void step(long span) {
    now = from(span);
  }

  void insert(long delay) {
    long due = from(delay);
    long value = values++;
    long handle = wheel.insert(due, value);
    assertThat(handle).isNotEqualTo(TimingWheel.NO_HANDLE);
    dues.put(value, due);
    handles.put(value, handle);
    places.put(value, pending.size());
    pending.add(value);
    if (due < cursor) {
      late.add(value);
    } else {
      addOnTime(value, due);
    }
  }

  private void addOnTime(long value, long due) {
    onTime.computeIfAbsent(due, time -> new LinkedHashSet<>()).add(value);
  }

  void cancel(int which) {
    if (!pending.isEmpty()) {
      long value = pending.get(which % pending.size());
      assertThat(wheel.cancel(handles.get(value))).isTrue();
      remove(value);
    }
  }

  private void remove(long value) {
    long last = pending.remove(pending.size() - 1);
    int at = places.remove(value);
    if (last != value) {
      pending.set(at, last);
      places.put(last, at);
    }
    stale.add(handles.remove(value));
    long due = dues.remove(value);
    if (!late.remove(value)) {
      Set<Long> others = onTime.get(due);
      others.remove(value);
      if (others.isEmpty()) {
        onTime.remove(due);
      }
    }
  }

  void cancelStale() {
    for (long handle : stale) {
      assertThat(wheel.cancel(handle)).isFalse();
    }
  }

  /** Asks for so many; whoever does so again is given the next ones, and none is left out. */
  void advance(int max) {
    long behind = Math.min(now, Long.MAX_VALUE - 1) + 1;
    if (behind < cursor) {
      stepBack(behind);
    }
    List<Long> taken = new ArrayList<>();
    boolean more = wheel.advance(now, max, (handle, due, value) -> take(taken, handle, due, value));
    assertThat(taken).hasSizeLessThanOrEqualTo(max);
    if (more) {
      assertThat(wheel.nextDue()).isLessThanOrEqualTo(now);
    } else {
      assertThat(late).isEmpty();
      assertThat(onTime.headMap(now, true)).isEmpty();
    }
    // Where it has stopped is its own affair, but it has left nothing out, and not gone too far.
    assertThat(wheel.cursor()).isBetween(cursor, behind);
    cursor = wheel.cursor();
    assertThat(onTime.headMap(cursor)).isEmpty();
  }

  private void stepBack(long to) {
    cursor = to;
    for (long value : List.copyOf(late)) {
      if (dues.get(value) >= to) {
        late.remove(value);
        addOnTime(value, dues.get(value));
      }
    }
  }

  private void take(List<Long> taken, long handle, long due, long value) {
    assertThat(due).isLessThanOrEqualTo(now).isEqualTo(dues.get(value));
    assertThat(handle).isEqualTo(handles.get(value));
    Set<Long> first = late.isEmpty() ? onTime.firstEntry().getValue() : late;
    assertThat(value).as("the next one").isEqualTo(first.iterator().next());
    cursor = Math.max(cursor, due);
    remove(value);
    taken.add(value);
  }

  int size() {
    return pending.size();
  }

  /** Sizes are the same, and the wheel does not say that its next entry is due later than it is. */
  void compare() {
    assertThat(wheel.size()).isEqualTo(pending.size());
    if (pending.isEmpty()) {
      assertThat(wheel.nextDue()).isEqualTo(TimingWheel.NEVER);
    } else {
      long next = onTime.isEmpty() ? Long.MAX_VALUE : onTime.firstKey();
      for (long value : late) {
        next = Math.min(next, dues.get(value));
      }
      assertThat(wheel.nextDue()).isLessThanOrEqualTo(next);
    }
  }

  /** Goes from one time to look to the next: each entry takes some ten looks at most. */
  void handOutAll() {
    int looks = 0;
    int most = 20 * pending.size() + 100;
    while (!pending.isEmpty()) {
      now = Math.max(now, wheel.nextDue());
      advance(7);
      looks++;
      assertThat(looks).isLessThan(most);
    }
  }
}
