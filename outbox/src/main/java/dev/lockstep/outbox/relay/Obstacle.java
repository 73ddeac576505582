package dev.lockstep.outbox.relay;

import dev.lockstep.Diagnosis.Finding;
import java.lang.System.Logger.Level;

/**
 * What keeps a relay from going on.
 *
 * @param kind what kind of thing
 * @param problem what it is
 */
record Obstacle(Kind kind, String problem) {

  /** The kinds. */
  enum Kind {
    UNSENDABLE(
        "LSTP-0740",
        Level.ERROR,
        1,
        "create the topic, or correct or delete the row, and the relay goes on by itself; a table"
            + " of dead letters takes such rows out of its way"),
    FAILED("LSTP-0741", Level.ERROR, 1, "report it; the relay goes on trying"),
    OVER(
        "LSTP-0742",
        Level.ERROR,
        1,
        "open the log again, and start a new relay; no row is lost, and none is sent twice"),
    TROUBLE("LSTP-0940", Level.WARNING, 1, "see to that; the relay goes on trying"),
    IN_DOUBT(
        "LSTP-0942",
        Level.WARNING,
        4,
        "see why check-back has no answer (LSTP-0927); the relay waits to keep the order, and goes"
            + " on by itself"),
    UNCLEAN(
        "LSTP-0945",
        Level.WARNING,
        1,
        "see to that; rows are relayed all the same, and the partitions are truncated later"),
    FENCED(
        "LSTP-0943",
        Level.WARNING,
        1,
        "nothing, if the session was lost; otherwise let the relay's data source and its"
            + " transactions lead to one database, without a pooler between them that shares"
            + " sessions");

    private final String code;
    private final Level level;
    private final int patience;
    private final String remedy;

    Kind(String code, Level level, int patience, String remedy) {
      this.code = code;
      this.level = level;
      this.patience = patience;
      this.remedy = remedy;
    }

    Level level() {
      return level;
    }

    /** Whether to say so, at the so many-th attempt in a row. */
    boolean isToBeSaid(int attempt) {
      return attempt >= patience && Integer.bitCount(attempt) == 1;
    }
  }

  Finding finding() {
    return Finding.warn(kind.code, problem, kind.remedy);
  }

  @Override
  public String toString() {
    return kind.code + ": " + problem + "; " + kind.remedy;
  }
}
