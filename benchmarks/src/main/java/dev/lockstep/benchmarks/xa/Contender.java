package dev.lockstep.benchmarks.xa;

import dev.lockstep.benchmarks.peers.ArtemisSender;

/** Who commits a row and a message. */
enum Contender {
  CEILING("ceiling", "the row, and a resource that does nothing; the manager's store is volatile"),
  CO_LOCATED("lockstep", "the row, and a message; decision records in the log, as is the default"),
  FILES("lockstep, records in files", "the same with decision records in files of their own"),
  ARTEMIS("artemis", "the row, and a message by a session of a thread; " + setUp(0)),
  ARTEMIS_TUNED("artemis, tuned", "the same; " + setUp(1));

  private final String title;
  private final String description;

  Contender(String title, String description) {
    this.title = title;
    this.description = description;
  }

  private static String setUp(int which) {
    return ArtemisSender.setUps().get(which) + "; decision records in files";
  }

  /** What a report calls it. */
  String title() {
    return title;
  }

  /** What it does in a transaction. */
  String description() {
    return description;
  }
}
