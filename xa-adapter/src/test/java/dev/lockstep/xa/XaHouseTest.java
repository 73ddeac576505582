package dev.lockstep.xa;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import dev.lockstep.house.HouseTest;
import org.junit.jupiter.api.Test;

class XaHouseTest extends HouseTest {
  private static final String NARAYANA = "dev.lockstep.xa.narayana..";

  @Test
  void seesTheEngineOnlyThroughTheSpi() {
    checkNever(
        "any log that keeps the SPI's contract can stand behind it", "dev.lockstep.engine..");
  }

  @Test
  void onlyTheNarayanaPackageKnowsNarayana() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(NARAYANA)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.arjuna..", "org.jboss..", NARAYANA)
            .because("every JTA transaction manager can drive the XAResource"));
  }

  @Test
  void knowsNoDatabase() {
    checkNever("JDBC belongs to datasource", "java.sql..", "javax.sql..", "org.postgresql..");
  }
}
