package dev.lockstep.xa;

import dev.lockstep.Diagnosis.Finding;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The local resources that took part beside a log, and had the transaction rolled back. */
final class Locals {
  private static final int MOST = 16;

  private final Set<String> names = new TreeSet<>();

  synchronized void note(String name) {
    if (names.size() < MOST) {
      names.add(name);
    }
  }

  synchronized List<Finding> findings() {
    return names.isEmpty()
        ? List.of()
        : List.of(
            Finding.warn(
                "LSTP-0524",
                "transactions with messages are rolled back, since local resources take part that"
                    + " can't prepare: "
                    + String.join(", ", names),
                "make them XA data sources, or open the log with HalfMessages, for which a local"
                    + " one is enough"));
  }
}
