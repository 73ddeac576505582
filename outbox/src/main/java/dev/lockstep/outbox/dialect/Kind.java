package dev.lockstep.outbox.dialect;

/** What a marker says. */
public enum Kind {
  /** The transaction has committed. */
  COMMITTED("C"),
  /** The tombstone of a transaction that can't commit any more. */
  FENCED("R");

  private final String letter;

  Kind(String letter) {
    this.letter = letter;
  }

  static Kind of(String letter) {
    for (Kind kind : values()) {
      if (kind.letter.equals(letter)) {
        return kind;
      }
    }
    throw new IllegalStateException("a marker of kind '" + letter + "'");
  }
}
