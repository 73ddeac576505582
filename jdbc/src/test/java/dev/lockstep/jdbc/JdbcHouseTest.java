package dev.lockstep.jdbc;

import dev.lockstep.house.HouseTest;
import org.junit.jupiter.api.Test;

class JdbcHouseTest extends HouseTest {
  @Test
  void knowsJdbcAlone() {
    checkOnly(
        "it is below the other modules, and in every class path that has one of them",
        "dev.lockstep.jdbc..",
        "java..",
        "org.jspecify..");
  }
}
