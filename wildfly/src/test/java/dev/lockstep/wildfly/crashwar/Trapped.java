package dev.lockstep.wildfly.crashwar;

import dev.lockstep.wildfly.crash.HaltingResource;
import dev.lockstep.wildfly.crash.Traps;
import dev.lockstep.wildfly.war.Shop;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;

/** Takes orders while the server halts. */
@ApplicationScoped
public class Trapped {
  @Inject private Shop shop;
  @Inject private Traps traps;

  /** The order's branches are prepared, and nothing is decided. */
  @Transactional
  public void haltBeforeDecision(String customer) throws Exception {
    shop.place(customer);
    traps.set(HaltingResource.At.PREPARE);
  }

  /** The transaction is decided, and no branch is committed. */
  @Transactional
  public void haltBeforeCommits(String customer) throws Exception {
    traps.set(HaltingResource.At.COMMIT);
    shop.place(customer);
  }

  /** The message is committed, and the row is not yet. */
  @Transactional
  public void haltBetweenCommits(String customer) throws Exception {
    shop.send(customer);
    traps.set(HaltingResource.At.COMMIT);
    shop.insert(customer);
  }
}
