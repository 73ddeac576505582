package dev.lockstep.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testkit.InvariantChecker.Found;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class InvariantCheckerTest {

  @Test
  void pairsHold() {
    Audit audit =
        new InvariantChecker()
            .pairs("row", found("a", "b"), "message", found("b", "a"))
            .inDoubt("the log", List.of())
            .lag("billing", "orders", 0)
            .audit();
    assertThat(audit.holds()).isTrue();
    assertThat(audit).isEqualTo(new Audit(0, 0, 0, 0, 0, List.of()));
  }

  @Test
  void aRowWithoutItsMessageIsLost() {
    Audit audit = compare(found("a", "b"), found("b"));
    assertThat(audit)
        .isEqualTo(new Audit(1, 0, 0, 0, 0, List.of("lost: row 'a' (at 0) has no message")));
    assertThat(audit.holds()).isFalse();
  }

  @Test
  void aMessageWithoutItsRowIsHalf() {
    assertThat(compare(found("b"), found("a", "b")))
        .isEqualTo(new Audit(0, 0, 1, 0, 0, List.of("half: message 'a' (at 0) has no row")));
  }

  @Test
  void everySurplusMessageIsDuplicated() {
    assertThat(compare(found("a"), found("a", "a", "a")))
        .isEqualTo(
            new Audit(
                0,
                2,
                0,
                0,
                0,
                List.of("duplicated: message 'a' exists 3 times: at 0, at 1, at 2")));
  }

  @Test
  void aSurplusRowIsDuplicated() {
    assertThat(compare(found("a", "a"), found("a")).duplicated()).isEqualTo(1);
  }

  @Test
  void aMessageTwiceWithoutItsRowIsBoth() {
    Audit audit = compare(found(), found("a", "a"));
    assertThat(audit.half()).isEqualTo(1);
    assertThat(audit.duplicated()).isEqualTo(1);
    assertThat(audit.violations()).hasSize(2);
  }

  @Test
  void branchesLeftPreparedAreInDoubt() {
    Audit audit =
        new InvariantChecker()
            .inDoubt("the log", List.of("x"))
            .inDoubt("the database", List.of("y", "z"))
            .audit();
    assertThat(audit.inDoubt()).isEqualTo(3);
    assertThat(audit.violations())
        .containsExactly(
            "in doubt: branch x in the log",
            "in doubt: branch y in the database",
            "in doubt: branch z in the database");
    assertThat(audit.holds()).isFalse();
  }

  @Test
  void whatAGroupLeftIsUnacknowledged() {
    Audit audit = new InvariantChecker().lag("billing", "orders", 4).audit();
    assertThat(audit.unacknowledged()).isEqualTo(4);
    assertThat(audit.violations())
        .containsExactly("unacknowledged: group 'billing' is behind in 'orders' by 4");
    assertThat(audit.holds()).isFalse();
  }

  @Test
  void comparisonsAddUp() {
    Audit audit =
        new InvariantChecker()
            .pairs("row", found("a"), "message", found())
            .pairs("order", found("a"), "invoice", found())
            .audit();
    assertThat(audit.lost()).isEqualTo(2);
  }

  private static Audit compare(List<Found> rows, List<Found> messages) {
    return new InvariantChecker().pairs("row", rows, "message", messages).audit();
  }

  private static List<Found> found(String... keys) {
    int[] at = {0};
    return Stream.of(keys).map(key -> new Found(key, "at " + at[0]++)).toList();
  }
}
