package dev.lockstep.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import dev.lockstep.house.HouseTest;
import org.junit.jupiter.api.Test;

final class BenchmarksHouseTest extends HouseTest {
  @Test
  void theHarnessKnowsNothingOfWhatItMeasures() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.lockstep.benchmarks.harness")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.lockstep",
                "dev.lockstep.spi",
                "dev.lockstep.engine..",
                "dev.lockstep.benchmarks.engine",
                "dev.lockstep.benchmarks.xa",
                "dev.lockstep.benchmarks.halfmessage",
                "dev.lockstep.benchmarks.schedules",
                "dev.lockstep.benchmarks.peers"));
  }

  @Test
  void thePeersKnowNothingOfLockstep() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.lockstep.benchmarks.peers")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.lockstep",
                "dev.lockstep.spi",
                "dev.lockstep.engine..",
                "dev.lockstep.benchmarks.engine",
                "dev.lockstep.benchmarks.xa",
                "dev.lockstep.benchmarks.halfmessage",
                "dev.lockstep.benchmarks.schedules"));
  }
}
