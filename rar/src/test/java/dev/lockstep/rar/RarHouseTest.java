package dev.lockstep.rar;

import dev.lockstep.house.HouseTest;
import org.junit.jupiter.api.Test;

class RarHouseTest extends HouseTest {
  @Test
  void seesTheEngineOnlyThroughTheSpi() {
    checkNever(
        "any log that keeps the SPI's contract can stand behind it",
        "dev.lockstep.engine..",
        "dev.lockstep.json..");
  }

  @Test
  void everyServerCanRunIt() {
    checkNever(
        "Jakarta Connectors is all that it asks of a server",
        "com.arjuna..",
        "org.jboss..",
        "dev.lockstep.xa.narayana..",
        "dev.lockstep.xa.jboss..");
  }

  @Test
  void knowsNoDatabase() {
    checkNever("JDBC belongs to datasource", "java.sql..", "javax.sql..", "org.postgresql..");
  }
}
