package dev.lockstep.engine.jmx;

import java.util.Map;

/** The topics of a live log. */
public interface TopicsMXBean {
  /** All topics, by name. */
  Map<String, TopicFigures> getTopics();

  /** One topic. */
  interface TopicFigures {
    /** How many partitions it has. */
    int getPartitions();

    /** The offset below which nothing is kept, of each partition. */
    long[] getFirstOffsets();

    /** The offset that the next message gets, of each partition. */
    long[] getEndOffsets();
  }
}
