package dev.lockstep.wildfly.rar;

import dev.lockstep.Listener;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepListener;
import dev.lockstep.Message;
import jakarta.annotation.Resource;
import jakarta.ejb.MessageDriven;
import jakarta.inject.Inject;
import java.sql.SQLException;

/** Bills orders: the acknowledgement, a row and a message, in one transaction. */
@MessageDriven
public class Billing implements LockstepListener {
  @Resource(lookup = "java:/Lockstep")
  private Lockstep lockstep;

  @Inject private Tables tables;

  /** Bills an order. */
  @Listener(topic = "orders", group = "billing", concurrency = 2)
  public void bill(Message<Order> order) throws SQLException {
    String customer = order.payload().getCustomer();
    tables.insert("invoices", customer);
    lockstep.producer("invoices", String.class).send(customer, "invoice of " + customer);
  }
}
