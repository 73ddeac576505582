package dev.lockstep.outbox;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import dev.lockstep.house.HouseTest;
import org.junit.jupiter.api.Test;

class OutboxHouseTest extends HouseTest {
  @Test
  void seesTheEngineOnlyThroughTheSpi() {
    checkNever(
        "any log that keeps the SPI's contract can stand behind it",
        "dev.lockstep.engine..",
        "dev.lockstep.xa..",
        "dev.lockstep.datasource..",
        "dev.lockstep.testkit..");
  }

  @Test
  void knowsNoTransactionManagerAndNoDriver() {
    checkNever(
        "JDBC and Jakarta Transactions are enough",
        "com.arjuna..",
        "org.jboss..",
        "org.postgresql..",
        "com.zaxxer..");
  }

  @Test
  void plainJdbcNeedsNoJakartaTransactions() {
    check(
        noClasses()
            .that()
            .haveNameNotMatching(".*\\.(HalfMessages|Jta)[^.]*")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.transaction..")
            .because("who uses JdbcTransactions alone does not have it"));
  }

  @Test
  void isNoResource() {
    checkNever("with one database the manager keeps its one-phase path", "javax.transaction.xa..");
  }
}
