package dev.lockstep.examples.orders.worker;

import dev.lockstep.examples.orders.naive.Moment;
import dev.lockstep.testkit.KillPoints;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Where a thread of a worker waits for the end of its process. Thread-safe. */
final class ParkingPlace {
  private final Optional<String> point;
  private final int passing;
  private final KillPoints.Action action;
  private final AtomicInteger passed = new AtomicInteger();

  private ParkingPlace(Optional<String> point, int passing, KillPoints.Action action) {
    this.point = point;
    this.passing = passing;
    this.action = action;
  }

  /** At a point such as {@code order.commit.after@3}, or nowhere. */
  static ParkingPlace at(Optional<String> armed, PrintStream out) {
    Optional<String[]> parts = armed.map(text -> text.split("@", 2));
    return new ParkingPlace(
        parts.map(part -> part[0]),
        parts.map(part -> Integer.parseInt(part[1])).orElse(0),
        KillPoints.park(out));
  }

  void reached(Moment moment) {
    reached(moment.point());
  }

  void reached(String name) {
    if (point.filter(name::equals).isPresent() && passed.incrementAndGet() == passing) {
      action.reached(name);
    }
  }
}
