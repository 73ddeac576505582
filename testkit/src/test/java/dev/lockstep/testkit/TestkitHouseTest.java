package dev.lockstep.testkit;

import dev.lockstep.house.HouseTest;
import org.junit.jupiter.api.Test;

class TestkitHouseTest extends HouseTest {

  /**
   * {@code javax.transaction.xa} and {@code java.sql} are not on the list: kill points wrap an
   * XAResource, and the invariant checker compares a database with a log.
   */
  @Test
  void knowsNoModuleThatItTests() {
    checkNever(
        "the tests of those modules use the testkit",
        "dev.lockstep.xa..",
        "dev.lockstep.datasource..",
        "dev.lockstep.examples..");
  }

  @Test
  void knowsNoTransactionManager() {
    checkNever("a user may bring any", "com.arjuna..", "org.jboss..");
  }
}
