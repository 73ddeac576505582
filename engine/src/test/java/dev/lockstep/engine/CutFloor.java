package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many power cuts each scenario has to go through at least: one that ends early, since
 * something stopped it or became of no effect, would prove less and be as green. Fewer than there
 * are: how many segments are made ahead, and how many checkpoints are written, depends on how fast
 * the threads are. Together more than 10,000.
 */
enum CutFloor {
  SENDS(340),
  BRANCHES(480),
  ACKNOWLEDGEMENTS(400),
  CREATIONS(470),
  LARGE(700),
  BRANCHES_TWICE(3800),
  LARGE_TWICE(1600),
  UNFORCED(2000),
  SHARED_GROUP(350),
  BATCHES(360),
  BATCHED_BRANCHES(450),
  SPILLED_BATCHES(650),
  MOVED_BATCHES(560),
  BATCHES_TWICE(2500),
  SPILLS(700),
  SPILLS_TWICE(220),
  DEAD_SEGMENTS(650),
  NEARLY_DEAD_SEGMENTS(600),
  DECISION_AMID_A_MOVE(550),
  RECLAIM_TWICE(350),
  RECLAIM_UNFORCED(1100),
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
