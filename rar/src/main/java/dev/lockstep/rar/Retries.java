package dev.lockstep.rar;

import dev.lockstep.Backoff;
import dev.lockstep.Listener;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;

/**
 * When a message that failed comes again, if it does. Immutable.
 *
 * @param attempts how often a message is tried
 * @param initial the wait after the first attempt
 * @param multiplier what it is multiplied by after each further one
 * @param max the longest wait
 * @param jitter the fraction of a wait that chance adds or takes
 * @param noRetry what no further attempt helps against
 */
record Retries(
    int attempts,
    Duration initial,
    double multiplier,
    Duration max,
    double jitter,
    List<Class<? extends Throwable>> noRetry) {

  /**
   * The retries of a listener.
   *
   * @param problems receives what is wrong with them
   */
  static Retries of(Listener listener, Problems problems) {
    Backoff backoff = listener.backoff();
    Duration initial = duration("backoff.initial", backoff.initial(), problems);
    Duration max = duration("backoff.max", backoff.max(), problems);
    problems.check(listener.attempts() >= 1, "attempts", listener.attempts(), "at least 1");
    problems.check(
        backoff.multiplier() >= 1, "backoff.multiplier", backoff.multiplier(), "at least 1");
    problems.check(
        max.compareTo(initial) >= 0, "backoff.max", backoff.max(), "at least backoff.initial");
    problems.check(
        backoff.jitter() >= 0 && backoff.jitter() <= 1,
        "backoff.jitter",
        backoff.jitter(),
        "from 0 to 1");
    return new Retries(
        listener.attempts(),
        initial,
        backoff.multiplier(),
        max,
        backoff.jitter(),
        List.of(listener.noRetry()));
  }

  private static Duration duration(String name, String text, Problems problems) {
    try {
      return Durations.parse(text);
    } catch (IllegalArgumentException e) {
      problems.add(name + ": " + e.getMessage());
      return Duration.ZERO;
    }
  }

  /**
   * How long to wait.
   *
   * @param attempt the attempt that failed, from 1
   * @param failure what it failed with
   * @param chance numbers from 0 to 1
   * @return the wait; empty: there is no further attempt
   */
  Optional<Duration> after(int attempt, Throwable failure, DoubleSupplier chance) {
    if (attempt >= attempts || isHopeless(failure)) {
      return Optional.empty();
    }
    double wait = initial.toMillis() * Math.pow(multiplier, attempt - 1.0);
    double bounded = Math.min(wait, (double) max.toMillis());
    double scattered = bounded * (1 + jitter * (2 * chance.getAsDouble() - 1));
    return Optional.of(Duration.ofMillis(Math.round(scattered)));
  }

  private boolean isHopeless(Throwable failure) {
    return Stream.<Throwable>iterate(failure, Objects::nonNull, Throwable::getCause)
        .anyMatch(cause -> noRetry.stream().anyMatch(type -> type.isInstance(cause)));
  }
}
