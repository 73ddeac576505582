package dev.lockstep.datasource;

import dev.lockstep.house.HouseTest;
import org.junit.jupiter.api.Test;

class DataSourceHouseTest extends HouseTest {

  @Test
  void knowsNoOtherPartOfLockstepThanTheApi() {
    checkNever(
        "the pool is useful with any log, and without one",
        "dev.lockstep.engine..",
        "dev.lockstep.xa..",
        "dev.lockstep.testkit..");
  }

  @Test
  void knowsNoTransactionManager() {
    checkNever("Jakarta Transactions is enough for a pool", "com.arjuna..", "org.jboss..");
  }
}
