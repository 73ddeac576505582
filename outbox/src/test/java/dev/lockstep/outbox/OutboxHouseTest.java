package dev.lockstep.outbox;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import dev.lockstep.house.HouseTest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutboxHouseTest extends HouseTest {
  private static final String OUTBOX = "dev.lockstep.outbox";

  /** The arrows: the relay, what it is a user of, and the words of databases. */
  @ParameterizedTest
  @CsvSource({"'.dialect', '.dialect'", "'', ' .dialect'", "'.relay', '.relay  .dialect'"})
  void packageSeesOnlyItselfAndThoseBelow(String name, String seen) {
    String[] visible = Stream.of(seen.split(" ")).map(OUTBOX::concat).toArray(String[]::new);
    check(
        noClasses()
            .that()
            .resideInAPackage(OUTBOX + name)
            .should()
            .dependOnClassesThat(
                resideInAPackage(OUTBOX + "..").and(not(resideInAnyPackage(visible))))
            .because("the arrows between the packages of the outbox point one way"));
  }

  @Test
  void wordsOfDatabasesKnowNoLog() {
    check(
        noClasses()
            .that()
            .resideInAPackage(OUTBOX + ".dialect")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.lockstep.spi..")
            .because("whoever asks a database knows what for"));
  }

  @Test
  void ofTheRelayItsEntryAloneIsPublic() {
    check(
        classes()
            .that()
            .resideInAPackage(OUTBOX + ".relay")
            .and()
            .areTopLevelClasses()
            .and()
            .doNotHaveSimpleName("OutboxRelay")
            .should()
            .bePackagePrivate());
  }

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
