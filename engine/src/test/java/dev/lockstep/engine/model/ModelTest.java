package dev.lockstep.engine.model;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.lockstep.engine.QuietLog;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Drives the engine and a plain model with the same random operations, power cuts included, and
 * compares all that they show after each open and at the end.
 *
 * <p>{@code -Djqwik.tries.default=20000} goes through more histories than usual.
 */
class ModelTest {
  private static final int OPERATIONS = 210;
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final Counts COUNTS = new Counts();

  private static final AtomicReference<PrintStream> ERRORS = new AtomicReference<>(System.err);

  @BeforeContainer
  static void quiet() {
    ERRORS.set(QuietLog.begin());
  }

  @Property(seed = "20250101", edgeCases = EdgeCasesMode.NONE)
  void logAndModelAlwaysShowTheSame(@ForAll("histories") List<Operation> operations) {
    assertTimeoutPreemptively(LIMIT, () -> perform(operations));
  }

  private static void perform(List<Operation> operations) throws Exception {
    COUNTS.history();
    try (History history = new History(operations.toString().hashCode(), COUNTS)) {
      for (Operation operation : operations) {
        history.perform(operation);
      }
      history.perform(new Reopen());
    }
  }

  @Provide
  Arbitrary<List<Operation>> histories() {
    return Arbitraries.frequencyOf(
            Tuple.of(3, CreateTopic.any()),
            Tuple.of(60, Transact.any()),
            Tuple.of(8, Decide.any()),
            Tuple.of(3, Forget.any()),
            Tuple.of(6, ChangeMembers.any()),
            Tuple.of(3, ResetGroup.any()),
            Tuple.of(1, DeleteGroup.any()),
            Tuple.of(3, Crash.any()),
            Tuple.of(5, CutSoon.any()),
            Tuple.of(2, Arbitraries.of(new Reopen())),
            Tuple.of(4, Arbitraries.of(new Upkeep())),
            Tuple.of(4, StepClock.any()))
        .list()
        .ofMinSize(0)
        .ofMaxSize(OPERATIONS)
        .withSizeDistribution((genSize, min, max, center) -> random -> max);
  }

  @AfterContainer
  static void report() {
    System.setErr(ERRORS.get());
    System.out.println("ModelTest: " + COUNTS);
  }
}
