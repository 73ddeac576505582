package dev.lockstep;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How long a message that failed waits for its next attempt: longer each time. Durations are
 * written like {@code 500ms}, {@code 1s}, {@code 5m} or {@code 2h}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({})
public @interface Backoff {
  /**
   * The wait after the first attempt.
   *
   * @return a duration
   */
  String initial() default "1s";

  /**
   * What the wait is multiplied by after each further attempt.
   *
   * @return the factor, at least 1
   */
  double multiplier() default 2.0;

  /**
   * The longest wait.
   *
   * @return a duration, at least {@link #initial}
   */
  String max() default "5m";

  /**
   * How much a wait may differ from that by chance, so that what failed together does not come
   * again together.
   *
   * @return a fraction of the wait, from 0 to 1
   */
  double jitter() default 0.2;
}
