package dev.lockstep.cli;

import dev.lockstep.house.HouseTest;
import org.junit.jupiter.api.Test;

class CliHouseTest extends HouseTest {
  @Test
  void seesTheEngineThroughItsInspectionAlone() {
    checkOnly(
        "a tool shows what engine.inspect finds, and touches no file itself",
        "dev.lockstep",
        "dev.lockstep.cli..",
        "dev.lockstep.engine.inspect..",
        "dev.lockstep.engine.store..", // a checkpoint's own words about itself
        "dev.lockstep.engine.log..",
        "dev.lockstep.datasource..", // what a database has prepared
        "dev.lockstep.outbox..", // the definition of its marker tables
        "dev.lockstep.spi..",
        "picocli..",
        "jakarta.json..",
        "java..",
        "org.jspecify..");
  }
}
