package dev.lockstep;

import dev.lockstep.house.HouseTest;
import org.junit.jupiter.api.Test;

class ApiHouseTest extends HouseTest {

  @Test
  void dependsOnNothingButJSpecify() {
    checkOnly("api has no dependency", "dev.lockstep..", "java..", "org.jspecify..");
  }

  @Test
  void knowsNoDatabase() {
    checkNever("JDBC belongs to datasource", "java.sql..");
  }
}
