package dev.lockstep.examples.orders.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * The lives of a group's workers, one after another; the last one finishes. The same seed gives the
 * same plan, and moments are counted in transactions, so that every kill comes before the work is
 * done, on slow machines and on fast ones.
 */
record Plan(List<Life> lives) {
  /** Long enough to leave the transaction that reached the number, short enough to hit the next. */
  private static final int LONGEST_DELAY_MICROS = 4_000;

  Plan {
    lives = List.copyOf(lives);
  }

  /**
   * A plan.
   *
   * @param seed decides everything below
   * @param kills how many kills at random moments
   * @param points where a worker is killed once each
   * @param incidents what happens to the database on the way
   */
  static Plan of(long seed, int kills, List<String> points, List<Incident> incidents) {
    Random random = new Random(seed);
    List<Life.Ending> endings = new ArrayList<>();
    for (int i = 0; i < kills; i++) {
      endings.add(
          new Life.KilledAtMoment(Duration.ofNanos(1_000L * random.nextInt(LONGEST_DELAY_MICROS))));
    }
    for (String point : points) {
      endings.add(new Life.KilledAtPoint(point, random.nextDouble()));
    }
    Collections.shuffle(endings, random);
    endings.add(new Life.Finished());
    return new Plan(lives(endings, spread(incidents, endings, random), random));
  }

  private static List<Life> lives(
      List<Life.Ending> endings, List<List<Incident>> incidents, Random random) {
    List<Double> weights = endings.stream().map(ending -> 0.5 + random.nextDouble()).toList();
    List<Life> lives = new ArrayList<>();
    for (int i = 0; i < endings.size(); i++) {
      double later = weights.subList(i, weights.size()).stream().mapToDouble(w -> w).sum();
      lives.add(new Life(weights.get(i) / later, incidents.get(i), endings.get(i)));
    }
    return lives;
  }

  /** In lives that are sure to see the middle of their share: not those that end at a point. */
  private static List<List<Incident>> spread(
      List<Incident> incidents, List<Life.Ending> endings, Random random) {
    List<Integer> candidates = new ArrayList<>();
    List<List<Incident>> spread = new ArrayList<>();
    for (int i = 0; i < endings.size(); i++) {
      spread.add(new ArrayList<>());
      if (!(endings.get(i) instanceof Life.KilledAtPoint)) {
        candidates.add(i);
      }
    }
    for (Incident incident : incidents) {
      spread.get(candidates.get(random.nextInt(candidates.size()))).add(incident);
    }
    return spread;
  }

  /**
   * The same plan with other names for its points.
   *
   * @param names the names, used in turn
   */
  Plan withPoints(List<String> names) {
    List<Life> renamed = new ArrayList<>();
    int next = 0;
    for (Life life : lives) {
      Life.Ending ending = life.ending();
      if (ending instanceof Life.KilledAtPoint killed) {
        ending = new Life.KilledAtPoint(names.get(next % names.size()), killed.hit());
        next++;
      }
      renamed.add(new Life(life.share(), life.incidents(), ending));
    }
    return new Plan(renamed);
  }

  /** The names of its points. */
  Set<String> points() {
    Set<String> points = new TreeSet<>();
    for (Life life : lives) {
      if (life.ending() instanceof Life.KilledAtPoint killed) {
        points.add(killed.point());
      }
    }
    return points;
  }
}
