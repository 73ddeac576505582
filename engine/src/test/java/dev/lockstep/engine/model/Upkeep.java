package dev.lockstep.engine.model;

/** Retention and compaction now, a checkpoint, and room given back. */
record Upkeep() implements Operation {
  @Override
  public void on(History history) {
    history.log().upkeep();
  }
}
