package dev.lockstep.examples.orders.demo;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** What happened to the workers of a group. For one thread. */
final class Tally {
  private final Map<String, Integer> killsAtPoints = new TreeMap<>();
  private final Map<Incident, Integer> incidents = new EnumMap<>(Incident.class);
  private int workers;
  private int killsAtMoments;
  private int notReached;
  private int retries;
  private Duration took = Duration.ZERO;

  void worker() {
    workers++;
  }

  void killedAtMoment() {
    killsAtMoments++;
  }

  void killedAt(String point) {
    killsAtPoints.merge(point, 1, Integer::sum);
  }

  void happened(Incident incident) {
    incidents.merge(incident, 1, Integer::sum);
  }

  /** The work was done before a kill or an incident could come. */
  void notReached() {
    notReached++;
  }

  void retried(int times) {
    retries += times;
  }

  void took(Duration duration) {
    took = took.plus(duration);
  }

  int workers() {
    return workers;
  }

  int killsAtMoments() {
    return killsAtMoments;
  }

  int killsAt(String point) {
    return killsAtPoints.getOrDefault(point, 0);
  }

  int kills() {
    return killsAtMoments + killsAtPoints.values().stream().mapToInt(i -> i).sum();
  }

  int times(Incident incident) {
    return incidents.getOrDefault(incident, 0);
  }

  int timesNotReached() {
    return notReached;
  }

  int retries() {
    return retries;
  }

  Duration duration() {
    return took;
  }
}
