package dev.lockstep.wildfly.rar;

/** What a customer ordered; travels as JSON. */
public class Order {
  private String customer = "";

  /** For JSON. */
  public Order() {}

  /** The order of a customer. */
  public static Order of(String customer) {
    Order order = new Order();
    order.setCustomer(customer);
    return order;
  }

  /** Who ordered. */
  public String getCustomer() {
    return customer;
  }

  /** Sets who ordered. */
  public void setCustomer(String customer) {
    this.customer = customer;
  }
}
