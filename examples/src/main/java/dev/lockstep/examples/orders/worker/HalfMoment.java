package dev.lockstep.examples.orders.worker;

import java.util.Arrays;
import java.util.List;

/** A moment around a half message; a worker can be killed there. */
public enum HalfMoment {
  /** The rows are in the transaction, and the messages are not in the log yet. */
  BEFORE("half-message.before"),
  /** The messages are durable, and the database has not committed yet. */
  AFTER("half-message.after");

  private final String point;

  HalfMoment(String point) {
    this.point = point;
  }

  String point() {
    return point;
  }

  /**
   * The names of all as kill points.
   *
   * @return the names
   */
  public static List<String> points() {
    return Arrays.stream(values()).map(HalfMoment::point).toList();
  }
}
