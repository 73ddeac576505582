package dev.lockstep.examples.orders.naive;

/** A moment between two steps that should have been one; the control group can be killed there. */
public enum Moment {
  /** The order's row is committed, its message is not sent. */
  ORDER_COMMITTED("order.commit.after"),
  /** The invoice's row is committed, its message is not sent. */
  INVOICE_COMMITTED("invoice.commit.after"),
  /** The invoice's message is sent, the order's message is not acknowledged. */
  INVOICE_SENT("invoice.send.after");

  private final String point;

  Moment(String point) {
    this.point = point;
  }

  /**
   * Its name as a kill point.
   *
   * @return the name
   */
  public String point() {
    return point;
  }
}
