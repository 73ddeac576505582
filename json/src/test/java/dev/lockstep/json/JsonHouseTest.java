package dev.lockstep.json;

import dev.lockstep.house.HouseTest;
import org.junit.jupiter.api.Test;

class JsonHouseTest extends HouseTest {
  @Test
  void knowsTheApiAndJsonBinding() {
    checkOnly(
        "any implementation of JSON Binding can stand behind it, and any log before it",
        "dev.lockstep",
        "dev.lockstep.spi",
        "dev.lockstep.json..",
        "jakarta.json.bind..",
        "java..",
        "org.jspecify..");
  }
}
