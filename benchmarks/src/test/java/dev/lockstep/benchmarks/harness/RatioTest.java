package dev.lockstep.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class RatioTest {
  @ParameterizedTest
  @CsvSource({
    "0.9, 0.90, 0.90, yes",
    "0.94, 0.94, 0.90, yes",
    "0.896, 0.896, 0.900, no",
    "0.89999, 0.89999, 0.90000, no",
    "0.9004, 0.9004, 0.9000, yes"
  })
  void theFigureNeverLooksLikeTheOpposite(
      double value, String valueText, String goalText, String met) {
    assertThat(Ratio.atLeast("name", value, 0.9, "this by that").line())
        .isEqualTo(
            "RATIO name=name value="
                + valueText
                + " goal="
                + goalText
                + " better=higher met="
                + met);
  }

  @Test
  void anUpperBoundIsNoDifferent() {
    assertThat(Ratio.atMost("name", 1.5001, 1.5, "this by that").line())
        .isEqualTo("RATIO name=name value=1.5001 goal=1.5000 better=lower met=no");
    assertThat(Ratio.atMost("name", 1.99, 1 + 510 / 512.0, "this by that").line())
        .isEqualTo("RATIO name=name value=1.99 goal=2.00 better=lower met=yes");
  }
}
