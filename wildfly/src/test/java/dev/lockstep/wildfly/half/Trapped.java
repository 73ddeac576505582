package dev.lockstep.wildfly.half;

import dev.lockstep.wildfly.war.Shop;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;

/** Takes orders while the server halts. */
@ApplicationScoped
public class Trapped {
  private Shop shop;
  private Halt halt;

  /** For CDI. */
  public Trapped() {}

  /** A shop with a trap. */
  @Inject
  public Trapped(Shop shop, Halt halt) {
    this.shop = shop;
    this.halt = halt;
  }

  /** The message is durable, and the row is not. */
  @Transactional
  public void haltWithTheHalfMessage(String customer) throws Exception {
    shop.place(customer);
    halt.withTheHalfMessage();
  }

  /** The row is durable, and nobody has told the log. */
  @Transactional
  public void haltAfterTheCommit(String customer) throws Exception {
    halt.afterTheCommit();
    shop.place(customer);
  }
}
