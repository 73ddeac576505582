package dev.lockstep.examples.orders;

import dev.lockstep.house.HouseTest;
import org.junit.jupiter.api.Test;

class ExamplesHouseTest extends HouseTest {

  @Test
  void showNoXa() {
    checkNever("an application never sees XA", "javax.transaction.xa..");
  }

  @Test
  void showNoRoomOfTheEngine() {
    checkNever("an application names the engine's facade at most", "dev.lockstep.engine.*..");
  }
}
