package dev.lockstep.examples.orders.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class PlanTest {
  private static final List<String> POINTS = List.of("a.prepare.before", "b.commit.after");
  private static final List<Incident> INCIDENTS =
      List.of(Incident.BACKENDS_TERMINATED, Incident.BACKENDS_TERMINATED, Incident.POSTGRES_KILLED);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void hasEveryKillAndEveryIncidentThenFinishes(long seed) {
    List<Life> lives = Plan.of(seed, 10, POINTS, INCIDENTS).lives();

    assertThat(lives).hasSize(13);
    assertThat(lives).filteredOn(l -> l.ending() instanceof Life.KilledAtMoment).hasSize(10);
    assertThat(lives)
        .extracting(Life::ending)
        .filteredOn(Life.KilledAtPoint.class::isInstance)
        .extracting(ending -> ((Life.KilledAtPoint) ending).point())
        .containsExactlyInAnyOrderElementsOf(POINTS);
    assertThat(lives.get(12).ending()).isEqualTo(new Life.Finished());
    assertThat(lives).flatMap(Life::incidents).containsExactlyInAnyOrderElementsOf(INCIDENTS);
  }

  @Test
  void isDecidedByItsSeed() {
    assertThat(Plan.of(7, 10, POINTS, INCIDENTS)).isEqualTo(Plan.of(7, 10, POINTS, INCIDENTS));
    assertThat(Plan.of(7, 10, POINTS, INCIDENTS)).isNotEqualTo(Plan.of(8, 10, POINTS, INCIDENTS));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void leavesWorkForEveryLife(long seed) {
    int missing = 200;
    for (Life life : Plan.of(seed, 10, POINTS, INCIDENTS).lives()) {
      assertThat(life.transactions(missing)).isBetween(1, 2 * life.allowance(missing));
      missing -= Math.min(missing, life.allowance(missing));
      if (life.ending() instanceof Life.Finished) {
        assertThat(missing).isZero();
      } else {
        assertThat(missing).isPositive();
      }
    }
  }

  @Test
  void withoutKillsTheOneLifeSeesTheIncidents() {
    List<Life> lives = Plan.of(1, 0, List.of(), INCIDENTS).lives();

    assertThat(lives).hasSize(1);
    assertThat(lives.get(0).incidents()).hasSize(3);
    assertThat(lives.get(0).transactions(500)).isEqualTo(1000);
    assertThat(lives.get(0).allowance(500)).isEqualTo(500);
  }

  @Test
  void theControlGroupIsKilledAsOftenAndAtTheSameMoments() {
    Plan plan = Plan.of(3, 4, POINTS, INCIDENTS);
    Plan control = plan.withPoints(List.of("x.commit.after"));

    assertThat(control.points()).containsExactly("x.commit.after");
    assertThat(control.lives()).hasSameSizeAs(plan.lives());
    for (int i = 0; i < plan.lives().size(); i++) {
      Life ours = plan.lives().get(i);
      Life theirs = control.lives().get(i);
      assertThat(theirs.share()).isEqualTo(ours.share());
      assertThat(theirs.incidents()).isEqualTo(ours.incidents());
      assertThat(theirs.ending().getClass()).isEqualTo(ours.ending().getClass());
    }
  }
}
