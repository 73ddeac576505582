package dev.lockstep.wildfly.war;

import dev.lockstep.Lockstep;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.sql.SQLException;

/** Calls the shop within transactions of its own, or without one. */
@ApplicationScoped
public class Caller {
  private Shop shop;
  private Lockstep lockstep;

  /** For CDI. */
  public Caller() {}

  /** A caller of a shop. */
  @Inject
  public Caller(Shop shop, Lockstep lockstep) {
    this.shop = shop;
    this.lockstep = lockstep;
  }

  /** Takes two orders, the second one in a transaction of its own, and then fails. */
  @Transactional
  public void placeBothAndFail(String callers, String own) throws SQLException {
    shop.place(callers);
    shop.placeInNew(own);
    throw new IllegalStateException("the payment is refused");
  }

  /** Takes messages, and then fails. */
  @Transactional
  public void takeAndFail(String group) {
    throw new IllegalStateException("after " + shop.take(group));
  }

  /** Sends without a transaction. */
  public void sendOutside(String customer) {
    lockstep.producer("orders", String.class).send(customer);
  }
}
