package dev.lockstep.engine.delay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TimingWheelTest {
  private static final int ALL = Integer.MAX_VALUE;
  private static final long YEAR = Duration.ofDays(365).toMillis();

  private TimingWheel wheel = new TimingWheel(0);
  private final List<Long> taken = new ArrayList<>();

  private void insert(long... dues) {
    for (long due : dues) {
      wheel.insert(due, due);
    }
  }

  /** Everything that is due, by the values. */
  private List<Long> at(long now) {
    taken.clear();
    boolean more = true;
    while (more) {
      more = wheel.advance(now, ALL, (handle, due, value) -> taken.add(value));
    }
    return List.copyOf(taken);
  }

  /** The example of the class, step by step; when to look next shows where the entries are. */
  @Test
  void worksAsItsDescriptionSays() {
    wheel = new TimingWheel(10);
    insert(12, 1030, 1500, 1060000);
    assertThat(wheel.nextDue()).isEqualTo(12);

    assertThat(at(600)).containsExactly(12L);
    assertThat(wheel.nextDue()).as("slot 1 of level 1").isEqualTo(1024);

    assertThat(at(1100)).containsExactly(1030L);
    assertThat(wheel.nextDue()).as("slot 476 of level 0").isEqualTo(1500);

    assertThat(at(1500)).containsExactly(1500L);
    assertThat(wheel.nextDue()).as("slot 1 of level 2").isEqualTo(1048576);
    assertThat(at(1048576)).isEmpty();
    assertThat(wheel.nextDue()).as("slot 11 of level 1").isEqualTo(1059840);
    assertThat(at(Duration.ofDays(1).toMillis())).containsExactly(1060000L);
    assertThat(wheel.nextDue()).isEqualTo(TimingWheel.NEVER);
    assertThat(wheel.size()).isZero();
  }

  @Test
  void nothingIsEarlyAndEachMillisecondIsTold() {
    insert(LongStream.range(1, 5_000).toArray());
    assertThat(at(0)).isEmpty();
    for (long now = 1; now < 5_000; now++) {
      assertThat(wheel.nextDue()).isLessThanOrEqualTo(now);
      assertThat(at(now)).containsExactly(now);
    }
  }

  @Test
  void whatIsDueAtOneMillisecondComesInTheOrderOfItsInsertion() {
    long due = 5 * YEAR;
    for (long value = 0; value < 9; value++) {
      wheel.insert(due, value);
      assertThat(at(due - YEAR / (1L << (4 * value))))
          .isEmpty(); // each is placed by another cursor
    }
    wheel.insert(due - 1, 9);
    assertThat(at(due)).containsExactly(9L, 0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
  }

  @Test
  void lateOnesComeNextInTheOrderOfTheirInsertion() {
    insert(900, 1000, 1001);
    assertThat(at(950)).containsExactly(900L);
    insert(700, 1000, 600, -5, Long.MIN_VALUE);
    assertThat(wheel.nextDue()).isEqualTo(Long.MIN_VALUE);
    assertThat(at(1000)).containsExactly(700L, 600L, -5L, Long.MIN_VALUE, 1000L, 1000L);
    assertThat(at(1001)).containsExactly(1001L);
  }

  @Test
  void reachesAsFarAsALongDoes() {
    wheel = new TimingWheel(Long.MIN_VALUE);
    long[] dues = {
      Long.MIN_VALUE,
      Long.MIN_VALUE + 1,
      -(1L << 60),
      -1,
      0,
      1,
      1L << 60,
      Long.MAX_VALUE - 1,
      Long.MAX_VALUE
    };
    for (int i = dues.length - 1; i >= 0; i--) {
      insert(dues[i]);
    }
    for (long due : dues) {
      if (due > Long.MIN_VALUE) {
        assertThat(at(due - 1)).isEmpty();
      }
      assertThat(at(due)).containsExactly(due);
    }
    insert(Long.MAX_VALUE, 0);
    assertThat(at(Long.MAX_VALUE)).containsExactly(0L, Long.MAX_VALUE);
  }

  /** The cursor comes to where a slot begins, and others come behind what is in it. */
  @Test
  void aSlotThatBeginsRightBehindNowIsBeforeOthers() {
    insert(1024);
    assertThat(at(1023)).isEmpty();
    insert(1025);
    assertThat(wheel.nextDue()).isEqualTo(1024);
    assertThat(at(1025)).containsExactly(1024L, 1025L);
  }

  /** With a look at each millisecond, this would take years. */
  @Test
  void emptyTimeIsSkipped() {
    insert(YEAR, 1000 * YEAR, 1_000_000 * YEAR);
    assertThat(at(YEAR - 1)).isEmpty();
    assertThat(at(100_000 * YEAR)).containsExactly(YEAR, 1000 * YEAR);
    assertThat(at(100_000_000 * YEAR)).containsExactly(1_000_000 * YEAR);
  }

  @Test
  void aCancelledEntryIsGone() {
    List<Long> handles = new ArrayList<>();
    for (long due = 0; due < 2000; due++) {
      handles.add(wheel.insert(due % 7 * 1000, due));
    }
    for (int i = 0; i < 2000; i += 2) {
      assertThat(wheel.cancel(handles.get(i))).isTrue();
      assertThat(wheel.cancel(handles.get(i))).as("once more").isFalse();
    }
    assertThat(wheel.size()).isEqualTo(1000);
    assertThat(at(7000)).hasSize(1000).allMatch(value -> value % 2 == 1);
    for (long handle : handles) {
      assertThat(wheel.cancel(handle)).isFalse();
    }
    assertThat(wheel.nextDue()).isEqualTo(TimingWheel.NEVER);
  }

  @Test
  void aHandleOfThePastMeetsNobodyElse() {
    Set<Long> past = new HashSet<>();
    for (int i = 0; i < 5000; i++) {
      long handle = wheel.insert(i, i);
      assertThat(TimingWheel.number(handle)).as("the entry is taken again").isZero();
      assertThat(past.add(handle)).isTrue();
      wheel.cancel(handle);
    }
    long last = wheel.insert(5000, 5000);
    for (long handle : past) {
      assertThat(wheel.cancel(handle)).isFalse();
    }
    for (long handle : new long[] {TimingWheel.NO_HANDLE, -1, 1, 1L << 32, last + 1, last + 1024}) {
      assertThat(wheel.cancel(handle)).isFalse();
    }
    assertThat(wheel.cancel(last)).isTrue();
    assertThat(wheel.cancel(TimingWheel.NO_HANDLE)).as("when its entry is free").isFalse();
  }

  /** A herd that is due at once, and had its places far up when it came. */
  @Test
  void aHerdDoesNotHoldTheCaller() {
    int herd = 50_000;
    for (int i = 0; i < herd; i++) {
      wheel.insert(YEAR, i);
    }
    List<Long> values = new ArrayList<>();
    int calls = 0;
    boolean more = true;
    while (more) {
      int before = values.size();
      more = wheel.advance(YEAR, 100, (handle, due, value) -> values.add(value));
      assertThat(values.size() - before).isLessThanOrEqualTo(100);
      assertThat(more).isEqualTo(values.size() < herd);
      calls++;
    }
    assertThat(values).isEqualTo(LongStream.range(0, herd).boxed().toList());
    assertThat(calls).as("each placed some 1,000 entries at most").isGreaterThan(500 + 100);
  }

  @Test
  void whoComesWhileOthersArePlacedKeepsTheOrder() {
    for (int i = 0; i < 3000; i++) {
      wheel.insert(4096 + i % 3, i);
    }
    assertThat(wheel.advance(4096, 1, this::fail)).as("entries are yet to be placed").isTrue();
    assertThat(wheel.nextDue()).isEqualTo(4096);
    wheel.insert(4097, 3000);
    wheel.insert(4095, 3001);
    List<Long> values = at(4097);
    assertThat(values.get(0)).isEqualTo(3001);
    assertThat(values).hasSize(2002).endsWith(2998L, 3000L);
    assertThat(at(4098)).hasSize(1000);
  }

  private void fail(long handle, long due, long value) {
    throw new AssertionError(value + " was handed out");
  }

  @Test
  void whenTheClockStepsBackTheDueTimesStay() {
    insert(5000, 6000, 100_000);
    assertThat(at(5000)).containsExactly(5000L);
    insert(2000, 1000, 3000); // by a clock that has been set back: nobody has said so yet
    assertThat(at(999)).isEmpty();
    assertThat(wheel.nextDue()).isEqualTo(1000);
    insert(1500, 999, 5500);
    assertThat(at(1000)).containsExactly(999L, 1000L);
    assertThat(at(2999)).containsExactly(1500L, 2000L);
    assertThat(at(2998)).isEmpty();
    assertThat(at(99_999)).containsExactly(3000L, 5500L, 6000L);
    assertThat(at(100_000)).containsExactly(100_000L);
  }

  @Test
  void whenTheClockStepsBackWhileAHerdIsPlacedItWaits() {
    for (int i = 0; i < 5000; i++) {
      wheel.insert(YEAR + i % 10, i);
    }
    while (wheel.nextDue() < YEAR) {
      wheel.advance(wheel.nextDue(), 1, this::fail);
    }
    insert(YEAR - 3);
    assertThat(at(YEAR - 10_000)).isEmpty();
    insert(YEAR - 5, YEAR - 10_000);
    assertThat(at(YEAR - 1)).containsExactly(YEAR - 10_000, YEAR - 5, YEAR - 3);
    assertThat(at(YEAR + 9))
        .hasSize(5000)
        .isSortedAccordingTo((a, b) -> Long.compare(a % 10 * 5000 + a, b % 10 * 5000 + b));
  }

  @Test
  void manyLateOnesAreStillInTimeAfterAStepBack() {
    assertThat(at(100_000)).isEmpty();
    for (int i = 0; i < 5000; i++) {
      insert(50_000 + i);
    }
    assertThat(wheel.advance(49_999, ALL, this::fail)).as("but not all are placed").isFalse();
    assertThat(wheel.nextDue()).isEqualTo(50_000);
    insert(50_003, 45_000);
    assertThat(wheel.nextDue()).isEqualTo(45_000);
    assertThat(wheel.advance(40_000, ALL, this::fail)).isFalse();
    assertThat(wheel.nextDue()).isBetween(40_001L, 45_000L);
    assertThat(at(45_000)).containsExactly(45_000L);
    assertThat(at(50_003)).containsExactly(50_000L, 50_001L, 50_002L, 50_003L, 50_003L);
    assertThat(at(60_000)).hasSize(4996).isSorted();
  }

  @Test
  void lateOnesKeepTheirOrderThroughEveryStepBack() {
    assertThat(at(100_000)).isEmpty();
    for (long value = 0; value < 3000; value++) {
      wheel.insert(50_000, value);
    }
    assertThat(wheel.advance(60_000, ALL, (handle, due, value) -> taken.add(value))).isTrue();
    long next = taken.size();
    assertThat(next).as("some are late anew, and others are yet to be looked at").isLessThan(3000);
    assertThat(taken).isEqualTo(LongStream.range(0, next).boxed().toList());
    wheel.insert(50_000, 3000);
    assertThat(at(40_000)).isEmpty();
    assertThat(at(50_000)).isEqualTo(LongStream.range(next, 3001).boxed().toList());
  }

  @Test
  void theTakerMayInsertAndCancel() {
    long cancelled = wheel.insert(20, 20);
    wheel.insert(10, 10);
    wheel.insert(30, 30);
    wheel.advance(
        30,
        10,
        (handle, due, value) -> {
          taken.add(value);
          assertThat(wheel.cancel(handle)).as("it is handed out").isFalse();
          if (value == 10) {
            assertThat(wheel.cancel(cancelled)).isTrue();
            insert(5, 25, 31);
          }
        });
    assertThat(taken).containsExactly(10L, 5L, 25L, 30L);
    assertThat(wheel.size()).isEqualTo(1);
  }

  @Test
  void aTakerThatThrowsHasTakenItsEntry() {
    insert(1, 2, 3);
    assertThatThrownBy(
            () ->
                wheel.advance(
                    3,
                    10,
                    (handle, due, value) -> {
                      if (value == 2) {
                        throw new IllegalStateException("as planned");
                      }
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(at(3)).containsExactly(3L);
  }

  @Test
  void asksForAtLeastOne() {
    assertThatThrownBy(() -> wheel.advance(0, 0, this::fail))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not 0");
  }

  @Test
  void numbersAreSmallAndRoomIsGivenBack() {
    int many = 100_000;
    long seed = 20250101;
    Random random = new Random(seed);
    List<Long> handles = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      Set<Integer> numbers = new HashSet<>();
      while (handles.size() < many) {
        handles.add(wheel.insert(random.nextInt(many), round));
      }
      handles.forEach(handle -> numbers.add(TimingWheel.number(handle)));
      assertThat(numbers).as("seed %s", seed).hasSize(many).allMatch(number -> number < 98 * 1024);
      assertThat(wheel.pages()).isEqualTo(98);

      Collections.shuffle(handles, random);
      handles.subList(0, 1000).forEach(wheel::cancel);
      handles.subList(0, 1000).replaceAll(gone -> wheel.insert(gone, 0));
      assertThat(wheel.pages()).as("there was room in pages all over").isEqualTo(98);
      List<Long> rest = handles.subList(1000, many);
      rest.forEach(handle -> assertThat(wheel.cancel(handle)).isTrue());
      rest.clear();
      for (int i = 0; i < 5000; i++) { // the last ones leave, and those who come are in front
        assertThat(wheel.cancel(handles.set(i % 1000, wheel.insert(i, i)))).isTrue();
      }
      assertThat(wheel.pages()).isLessThanOrEqualTo(3);
    }
    handles.forEach(wheel::cancel);
    assertThat(wheel.pages()).as("one is kept").isEqualTo(1);
    assertThat(wheel.size()).isZero();
  }
}
