package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many power cuts each scenario has to go through at least: one that ends early, since
 * something stopped it or became of no effect, would prove less and be as green. Fewer than there
 * are: how many segments are made ahead, and how many checkpoints are written, depends on how fast
 * the threads are. Together more than 10,000.
 */
enum CutFloor {
  SENDS(220),
  BRANCHES(320),
  ACKNOWLEDGEMENTS(260),
  CREATIONS(310),
  LARGE(460),
  BRANCHES_TWICE(630),
  LARGE_TWICE(270),
  UNFORCED(1330),
  SHARED_GROUP(230),
  BATCHES(240),
  BATCHED_BRANCHES(300),
  SPILLED_BATCHES(430),
  MOVED_BATCHES(370),
  BATCHES_TWICE(420),
  SPILLS(460),
  SPILLS_TWICE(220),
  SAVEPOINTS(630),
  SAVEPOINTS_TWICE(330),
  DEAD_SEGMENTS(430),
  NEARLY_DEAD_SEGMENTS(400),
  DECISION_AMID_A_MOVE(360),
  RECLAIM_TWICE(350),
  RECLAIM_UNFORCED(730),
  GROUPS(280),
  GROUPS_TWICE(300),
  KEYS(500),
  KEYS_TWICE(400),
  COMPACTION(340),
  RETENTION(320),
  ALTERATION_AND_DELETION(320),
  EMPTIED_SEGMENTS(440),
  DELETION_WITH_GROUP(300),
  REMOVALS_TWICE(900),
  REMOVALS_UNFORCED(1250);

  private final int least;

  CutFloor(int least) {
    this.least = least;
  }

  int least() {
    return least;
  }

  /** Fails unless there were enough, and says how many. */
  void reached(int cuts, long seed) {
    assertThat(cuts).as("power cuts of %s, seed %s", this, seed).isGreaterThanOrEqualTo(least);
    System.out.println(name() + ": examined " + cuts + " power cuts, seed " + seed);
  }
}
