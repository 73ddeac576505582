package dev.lockstep.examples.orders.worker;

/** How the order service is written. */
public enum Style {
  /** One JTA transaction over the database and the log, in two phases. */
  XA("Lockstep, XA"),
  /** One transaction of the database, whose messages are half messages. */
  HALF_MESSAGE("Lockstep, half"),
  /** Commit, then send. */
  CONTROL("commit, then send");

  private final String title;

  Style(String title) {
    this.title = title;
  }

  /**
   * Its name in reports.
   *
   * @return the name
   */
  public String title() {
    return title;
  }
}
