package dev.lockstep.engine.delay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Drives the wheel and a plain model, a sorted map, with the same random operations.
 *
 * <p>{@code -Djqwik.tries.default=20000} goes through more histories than usual.
 */
class TimingWheelModelTest {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final int OPERATIONS = 300;
  private static final int HERD = 1500;
  private static final long[] EPOCHS = {
    0, -1, 1_700_000_000_000L, (1L << 36) - 7, Long.MIN_VALUE, Long.MAX_VALUE - 100_000
  };

  /** Something that is done to both. */
  interface Operation {
    void on(WheelAndModel both);
  }

  @Property(seed = "20250101", edgeCases = EdgeCasesMode.NONE)
  void wheelAndModelHandOutTheSame(
      @ForAll("epochs") long epoch, @ForAll("histories") List<Operation> operations) {
    assertTimeoutPreemptively(
        LIMIT,
        () -> {
          WheelAndModel both = new WheelAndModel(epoch);
          for (Operation operation : operations) {
            operation.on(both);
            both.compare();
          }
          both.handOutAll();
          assertThat(both.size()).isZero();
        });
  }

  @Provide
  Arbitrary<Long> epochs() {
    return Arbitraries.integers().between(0, EPOCHS.length - 1).map(i -> EPOCHS[i]);
  }

  @Provide
  Arbitrary<List<Operation>> histories() {
    return Arbitraries.frequencyOf(
            Tuple.of(30, inserts()),
            Tuple.of(2, herds()),
            Tuple.of(15, cancels()),
            Tuple.of(3, Arbitraries.of(new Named("cancel stale ones", WheelAndModel::cancelStale))),
            Tuple.of(20, passes()),
            Tuple.of(5, steps()),
            Tuple.of(20, advances()))
        .list()
        .ofMinSize(1)
        .ofMaxSize(OPERATIONS);
  }

  private record Named(String name, Operation operation) implements Operation {
    @Override
    public void on(WheelAndModel both) {
      operation.on(both);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** Times of every magnitude, evenly: 1 ms, 64 ms, some seconds, years. */
  private static Arbitrary<Long> spans() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 52), Arbitraries.longs().between(0, Long.MAX_VALUE))
        .as((bits, random) -> random & ((1L << bits) - 1));
  }

  private static Arbitrary<Operation> inserts() {
    return Combinators.combine(spans(), Arbitraries.integers().between(0, 9))
        .as(
            (span, back) -> {
              long delay = back == 0 ? -span : span;
              return new Named("insert " + delay, both -> both.insert(delay));
            });
  }

  /** More at a time than are placed at a time, some of them late. */
  private static Arbitrary<Operation> herds() {
    return Combinators.combine(
            spans(), Arbitraries.integers().between(1, 40), Arbitraries.integers().between(0, 2))
        .as(
            (span, width, back) ->
                new Named(
                    "herd " + (back == 0 ? "before " : "in ") + span + " by " + width,
                    both -> {
                      for (int i = 0; i < HERD; i++) {
                        both.insert((back == 0 ? -span : span) + i % width);
                      }
                    }));
  }

  private static Arbitrary<Operation> cancels() {
    return Arbitraries.integers()
        .between(0, Integer.MAX_VALUE)
        .map(which -> new Named("cancel " + which, both -> both.cancel(which)));
  }

  private static Arbitrary<Operation> passes() {
    return spans().map(span -> new Named("pass " + span, both -> both.step(span)));
  }

  private static Arbitrary<Operation> steps() {
    return spans().map(span -> new Named("step back " + span, both -> both.step(-span)));
  }

  private static Arbitrary<Operation> advances() {
    return Arbitraries.of(1, 3, 100, 1000, Integer.MAX_VALUE)
        .map(max -> new Named("advance " + max, both -> both.advance(max)));
  }
}
