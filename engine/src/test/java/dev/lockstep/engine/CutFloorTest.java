package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CutFloorTest {
  @Test
  void allScenariosTogetherGoThroughTenThousandCuts() {
    assertThat(Arrays.stream(CutFloor.values()).mapToInt(CutFloor::least).sum())
        .isGreaterThanOrEqualTo(10_000);
    assertThat(CutFloor.values()).allMatch(floor -> floor.least() >= 100);
  }

  @Test
  void aScenarioThatEndsEarlyFails() {
    assertThatThrownBy(() -> CutFloor.SENDS.reached(2, 1)).isInstanceOf(AssertionError.class);
  }
}
