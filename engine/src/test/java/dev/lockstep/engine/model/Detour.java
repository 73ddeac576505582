package dev.lockstep.engine.model;

import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Branch.Savepoint;
import dev.lockstep.spi.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * What a transaction does behind a savepoint and takes back.
 *
 * @param inner whether it takes the second half of the sends back first, with a savepoint of their
 *     own
 */
record Detour(Optional<Take> take, List<Send> sends, boolean inner) {
  static Arbitrary<Detour> any() {
    return Combinators.combine(
            Take.any().optional(0.5), Send.any().list().ofMaxSize(8), Arbitraries.of(true, false))
        .as(Detour::new);
  }

  /** Those that take nothing. */
  static Arbitrary<Detour> sending() {
    return any().map(detour -> new Detour(Optional.empty(), detour.sends(), detour.inner()));
  }

  void of(History history, Branch branch, List<Sent> before) {
    Savepoint outer = branch.savepoint();
    take.ifPresent(some -> take(some, history, branch));
    List<Sent> sent = new ArrayList<>(before);
    int half = sends.size() / 2;
    sends.subList(0, half).forEach(send -> send.in(history, branch, sent));
    Savepoint middle = branch.savepoint();
    List<Sent> more = new ArrayList<>(sent);
    sends.subList(half, sends.size()).forEach(send -> send.in(history, branch, more));
    if (inner) {
      branch.rollbackTo(middle);
      sends.subList(half, sends.size()).forEach(send -> send.in(history, branch, sent));
    }
    branch.rollbackTo(outer);
  }

  private static void take(Take some, History history, Branch branch) {
    List<Taken> taken = new ArrayList<>();
    Subscription reader = some.from(history, branch, taken);
    branch.onRollbackTo(
        () ->
            taken.forEach(
                part ->
                    reader.giveBack(
                        part.partition(),
                        part.from(),
                        part.parked().isPresent() ? part.to() + 1 : part.to())));
  }
}
