package dev.lockstep.wildfly.crashrar;

import dev.lockstep.wildfly.crash.HaltingResource;
import dev.lockstep.wildfly.crash.Traps;
import dev.lockstep.wildfly.rar.Shop;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;

/** Takes orders while the server halts. */
@ApplicationScoped
public class Trapped {
  @Inject private Shop shop;
  @Inject private Traps traps;

  /** The transaction is decided, and no branch is committed. */
  @Transactional
  public void haltBeforeCommits(String customer) throws Exception {
    traps.set(HaltingResource.At.COMMIT);
    shop.place(customer);
  }
}
