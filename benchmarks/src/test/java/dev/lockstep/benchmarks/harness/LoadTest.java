package dev.lockstep.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LoadTest {
  private static final Duration SHORT = Duration.ofMillis(10);

  @Test
  void aThreadWithoutWorkEndsAndTheOthersGoOn() throws Exception {
    Sample sample = Load.run(2, SHORT, thread -> () -> thread);

    assertThat(sample.operations()).isPositive();
  }

  @Test
  void nothingDoneAtAllIsNoMeasurement() {
    assertThatThrownBy(() -> Load.run(2, SHORT, thread -> () -> 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("nothing was done");
  }
}
