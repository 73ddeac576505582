package dev.lockstep.xa;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import dev.lockstep.house.HouseTest;
import org.junit.jupiter.api.Test;

class XaHouseTest extends HouseTest {
  private static final String NARAYANA = "dev.lockstep.xa.narayana..";
  private static final String JBOSS = "dev.lockstep.xa.jboss..";

  @Test
  void seesTheEngineOnlyThroughTheSpi() {
    checkNever(
        "any log that keeps the SPI's contract can stand behind it", "dev.lockstep.engine..");
  }

  @Test
  void onlyTwoPackagesKnowNarayana() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(NARAYANA, JBOSS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.arjuna..", "org.jboss..", NARAYANA, JBOSS)
            .because("every JTA transaction manager can drive the XAResource"));
  }

  @Test
  void whatTheServersNeedIsNotLoadedInJavaSe() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(JBOSS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.jboss.msc..", JBOSS)
            .because("the service container is there in WildFly only"));
    check(
        noClasses()
            .that()
            .resideInAPackage(JBOSS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(NARAYANA)
            .because("that sets up a Narayana of its own, and a server has one"));
  }

  @Test
  void knowsNoDatabase() {
    checkNever("JDBC belongs to datasource", "java.sql..", "javax.sql..", "org.postgresql..");
  }
}
