package dev.lockstep.xa.narayana;

import dev.lockstep.Diagnosis.Finding;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.transaction.xa.XAResource;
import org.jboss.tm.XAResourceWrapper;

/** The kinds of resources that took part and that recovery does not visit. Thread-safe. */
final class Strangers {
  private static final int MOST = 16;

  private final Set<String> unvisited = new TreeSet<>();

  synchronized void note(XAResource enlisted) {
    if (unvisited.size() < MOST) {
      unvisited.add(name(enlisted));
    }
  }

  /** What people know a resource by. */
  static String name(XAResource enlisted) {
    return enlisted instanceof XAResourceWrapper wrapper && wrapper.getJndiName() != null
        ? wrapper.getJndiName()
        : enlisted.getClass().getName();
  }

  synchronized List<Finding> findings() {
    if (unvisited.isEmpty()) {
      return List.of();
    }
    return List.of(
        Finding.warn(
            "LSTP-0521",
            "resources took part in transactions that recovery does not visit: "
                + String.join(", ", unvisited)
                + "; what a crash leaves prepared in them stays so, with its locks",
            "name their databases with NarayanaTransactions.builder(..).recover(..)"));
  }

  /** Those of a former use of the same settings don't matter to the next. */
  synchronized void forget() {
    unvisited.clear();
  }
}
