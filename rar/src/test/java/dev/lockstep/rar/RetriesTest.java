package dev.lockstep.rar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RetriesTest {
  private final Throwable failure = new IllegalStateException("failed");

  private final Retries retries =
      new Retries(
          5,
          Duration.ofSeconds(1),
          2.0,
          Duration.ofSeconds(3),
          0.2,
          List.of(IllegalArgumentException.class));

  @ParameterizedTest
  @CsvSource({"1, 1000", "2, 2000", "3, 3000", "4, 3000"})
  void eachWaitIsLongerUpToTheLongest(int attempt, long millis) {
    assertThat(retries.after(attempt, failure, () -> 0.5)).contains(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @CsvSource({"0.0, 800", "1.0, 1200"})
  void chanceScattersTheWaits(double chance, long millis) {
    assertThat(retries.after(1, failure, () -> chance)).contains(Duration.ofMillis(millis));
  }

  @Test
  void theLastAttemptIsTheLast() {
    assertThat(retries.after(5, failure, () -> 0.5)).isEmpty();
    assertThat(retries.after(6, failure, () -> 0.5)).isEmpty();
  }

  @Test
  void whatIsHopelessIsNotTriedAgainWhereverItIsInTheCauses() {
    Throwable subclass = new NumberFormatException("not a number");
    assertThat(retries.after(1, subclass, () -> 0.5)).isEmpty();
    assertThat(retries.after(1, new IOException(new RuntimeException(subclass)), () -> 0.5))
        .isEmpty();
    assertThat(retries.after(1, new IOException(failure), () -> 0.5)).isPresent();
  }

  @ParameterizedTest
  @CsvSource({"500ms, PT0.5S", "1s, PT1S", "5m, PT5M", "2h, PT2H", "0s, PT0S"})
  void durationsAreReadAsTheyAreWritten(String text, Duration duration) {
    assertThat(Optional.of(Durations.parse(text))).contains(duration);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "-1s", "1.5s", "1d", "PT1S", "99999999999999s"})
  void otherDurationsAreRefused(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'")
        .hasMessageContaining("500ms");
  }
}
