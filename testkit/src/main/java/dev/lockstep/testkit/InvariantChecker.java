package dev.lockstep.testkit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares what databases and logs hold in the end, and collects what does not match. Every call
 * adds one comparison; {@link #audit()} is the result of all. Not thread-safe.
 */
public final class InvariantChecker {
  private final List<String> violations = new ArrayList<>();
  private int lost;
  private int duplicated;
  private int half;
  private int inDoubt;
  private long unacknowledged;

  /** A checker that has compared nothing yet. */
  public InvariantChecker() {}

  /**
   * Something that was found: a row, or a message.
   *
   * @param key what it is compared by, such as an order's number
   * @param where where it was found, for the report
   */
  public record Found(String key, String where) {}

  /**
   * Compares two kinds of things that must exist in pairs, as the rows of a table and the messages
   * of a topic: one of each kind for each key.
   *
   * <ul>
   *   <li><i>lost</i>: the first exists without the second (a row without its message);
   *   <li><i>half</i>: the second exists without the first (a message without its row);
   *   <li><i>duplicated</i>: one of them exists more than once; each surplus one counts.
   * </ul>
   *
   * @param firstKind what the first ones are, for the report, as in {@code "row of orders"}
   * @param first all of the first kind
   * @param secondKind what the second ones are, as in {@code "message in orders"}
   * @param second all of the second kind
   * @return this
   */
  public InvariantChecker pairs(
      String firstKind, Collection<Found> first, String secondKind, Collection<Found> second) {
    Map<String, List<Found>> firstByKey = byKey(first);
    Map<String, List<Found>> secondByKey = byKey(second);
    duplicated += surplus(firstKind, firstByKey) + surplus(secondKind, secondByKey);
    lost += missing("lost", firstKind, firstByKey, secondKind, secondByKey);
    half += missing("half", secondKind, secondByKey, firstKind, firstByKey);
    return this;
  }

  private static Map<String, List<Found>> byKey(Collection<Found> all) {
    Map<String, List<Found>> byKey = new LinkedHashMap<>();
    all.forEach(found -> byKey.computeIfAbsent(found.key, key -> new ArrayList<>()).add(found));
    return byKey;
  }

  private int surplus(String kind, Map<String, List<Found>> byKey) {
    int count = 0;
    for (Map.Entry<String, List<Found>> entry : byKey.entrySet()) {
      List<Found> found = entry.getValue();
      if (found.size() > 1) {
        count += found.size() - 1;
        violations.add(
            "duplicated: "
                + kind
                + " '"
                + entry.getKey()
                + "' exists "
                + found.size()
                + " times: "
                + String.join(", ", found.stream().map(Found::where).toList()));
      }
    }
    return count;
  }

  private int missing(
      String violation,
      String kind,
      Map<String, List<Found>> present,
      String missingKind,
      Map<String, List<Found>> other) {
    int count = 0;
    for (Map.Entry<String, List<Found>> entry : present.entrySet()) {
      if (!other.containsKey(entry.getKey())) {
        count++;
        violations.add(
            violation
                + ": "
                + kind
                + " '"
                + entry.getKey()
                + "' ("
                + entry.getValue().get(0).where
                + ") has no "
                + missingKind);
      }
    }
    return count;
  }

  /**
   * Reports branches that are left in doubt.
   *
   * @param where who holds them, for the report
   * @param branches the identities of the prepared and undecided branches; none is right
   * @return this
   */
  public InvariantChecker inDoubt(String where, Collection<String> branches) {
    inDoubt += branches.size();
    branches.forEach(branch -> violations.add("in doubt: branch " + branch + " in " + where));
    return this;
  }

  /**
   * Reports messages that a group was to consume and did not.
   *
   * @param group the group's name
   * @param topic the topic's name
   * @param lag how many messages the group has not acknowledged; 0 is right
   * @return this
   */
  public InvariantChecker lag(String group, String topic, long lag) {
    unacknowledged += lag;
    if (lag != 0) {
      violations.add(
          "unacknowledged: group '" + group + "' is behind in '" + topic + "' by " + lag);
    }
    return this;
  }

  /**
   * The result of all comparisons so far.
   *
   * @return the audit
   */
  public Audit audit() {
    return new Audit(lost, duplicated, half, inDoubt, unacknowledged, List.copyOf(violations));
  }
}
