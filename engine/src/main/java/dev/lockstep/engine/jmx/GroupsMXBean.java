package dev.lockstep.engine.jmx;

import java.util.List;
import java.util.Map;

/** The consumer groups of a live log. */
public interface GroupsMXBean {
  /** All groups, by {@code group/topic}. */
  Map<String, GroupFigures> getGroups();

  /** One group in one topic. */
  interface GroupFigures {
    /** The group. */
    String getGroup();

    /** The topic. */
    String getTopic();

    /** How many members it has in this process. */
    int getMembers();

    /** How many messages it has not acknowledged. */
    long getLag();

    /** The same, of each partition. */
    long[] getLags();

    /** The acknowledged offset of each partition; -1 where there is none. */
    long[] getCommitted();

    /** How many messages are parked. */
    long getParked();

    /** The partitions that wait, since as much is parked as may be. */
    int[] getWaiting();

    /** The transactions in doubt that hold its partitions. */
    List<String> getBlockedBy();
  }
}
