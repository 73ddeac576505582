package dev.lockstep.engine.group;

import dev.lockstep.engine.index.TopicState;

/** What is an offset to go on from. */
final class Offsets {
  private Offsets() {}

  /**
   * Throws unless an offset is one.
   *
   * @throws IllegalArgumentException if there is no such partition, or it is negative or behind the
   *     end
   */
  static void requireValid(TopicState topic, int partition, long offset) {
    long end = topic.partition(partition).end();
    if (offset < 0 || offset > end) {
      throw new IllegalArgumentException(
          "partition "
              + partition
              + " of '"
              + topic.name()
              + "' has no offset "
              + offset
              + "; it ends at "
              + end);
    }
  }
}
