package dev.lockstep;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How a transaction is made atomic. It follows from configuration, never from guessing. */
public enum CommitPath {
  /** Only the log takes part: one force. */
  LOG_ONLY,
  /** A message that is durable in the log, and whose fate a database transaction decides. */
  HALF_MESSAGE,
  /** Two-phase commit, driven by a transaction manager. */
  XA;

  /**
   * Its name in configuration: {@code log-only}, {@code half-message}, {@code xa}.
   *
   * @return the name
   */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The path of a name.
   *
   * @param key the name in configuration
   * @return the path; empty if there is none of that name
   */
  public static Optional<CommitPath> of(String key) {
    return Arrays.stream(values()).filter(path -> path.key().equals(key)).findFirst();
  }
}
