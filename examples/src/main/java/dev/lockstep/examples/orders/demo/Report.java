package dev.lockstep.examples.orders.demo;

import java.io.PrintStream;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** The table at the end, and the two lines below it. */
final class Report {
  private static final int MOST_VIOLATIONS = 20;

  private final PrintStream out;
  private final Result lockstep;
  private final Result control;

  /** A group at its end. */
  record Result(String title, Plan plan, Tally tally, Comparison comparison) {}

  Report(PrintStream out, Result lockstep, Result control) {
    this.out = out;
    this.lockstep = lockstep;
    this.control = control;
  }

  void print() {
    line("", lockstep.title(), control.title());
    row("workers started", result -> result.tally().workers());
    row("killed at a random moment", result -> result.tally().killsAtMoments());
    Set<String> points = new TreeSet<>(lockstep.plan().points());
    points.addAll(control.plan().points());
    for (String point : points) {
      row("killed at " + point, result -> killsAt(result, point));
    }
    for (Incident incident : Incident.values()) {
      row(incident.text(), result -> result.tally().times(incident));
    }
    if (lockstep.tally().timesNotReached() + control.tally().timesNotReached() > 0) {
      row("not reached: the work was done", result -> result.tally().timesNotReached());
    }
    row("attempts repeated", result -> result.tally().retries());
    row("seconds", result -> tenths(result));
    out.println();
    row("rows in orders", result -> result.comparison().orders());
    row("messages in orders", result -> result.comparison().messages());
    row("rows in invoices", result -> result.comparison().invoices());
    row("messages in invoices", result -> result.comparison().invoiceMessages());
    row("lost: a row without its message", result -> result.comparison().audit().lost());
    row("duplicated: once too often", result -> result.comparison().audit().duplicated());
    row("half: a message without its row", result -> result.comparison().audit().half());
    row("in doubt: prepared, undecided", result -> result.comparison().audit().inDoubt());
    row("not acknowledged", result -> result.comparison().audit().unacknowledged());
    out.println();
    violations();
    lastLines();
  }

  private static Object killsAt(Result result, String point) {
    return result.plan().points().contains(point) ? result.tally().killsAt(point) : "-";
  }

  private static String tenths(Result result) {
    return String.format("%.1f", result.tally().duration().toMillis() / 1000.0);
  }

  private void row(String name, Function<Result, Object> value) {
    line(name, value.apply(lockstep), value.apply(control));
  }

  private void line(String name, Object first, Object second) {
    out.printf("%-42s %17s %17s%n", name, first, second);
  }

  private void violations() {
    var violations = lockstep.comparison().audit().violations();
    violations.stream().limit(MOST_VIOLATIONS).forEach(out::println);
    if (violations.size() > MOST_VIOLATIONS) {
      out.println("... and " + (violations.size() - MOST_VIOLATIONS) + " more");
    }
  }

  private void lastLines() {
    Comparison naive = control.comparison();
    out.printf(
        "CONTROL orders=%d messages=%d lost=%d duplicated=%d%n",
        naive.orders(), naive.messages(), naive.audit().lost(), naive.audit().duplicated());
    Comparison atomic = lockstep.comparison();
    out.printf(
        "AUDIT orders=%d messages=%d invoices=%d invoice-messages=%d"
            + " lost=%d duplicated=%d half=%d in-doubt=%d kills=%d%n",
        atomic.orders(),
        atomic.messages(),
        atomic.invoices(),
        atomic.invoiceMessages(),
        atomic.audit().lost(),
        atomic.audit().duplicated(),
        atomic.audit().half(),
        atomic.audit().inDoubt(),
        lockstep.tally().kills());
    out.flush();
  }
}
