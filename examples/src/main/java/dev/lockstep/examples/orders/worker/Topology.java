package dev.lockstep.examples.orders.worker;

import dev.lockstep.Groups.GroupInfo;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.TopicConfig;
import java.nio.file.Path;

/** The names of topics and groups, and how the log is opened. */
public final class Topology {
  /** Where orders are sent. */
  public static final String ORDERS = "orders";

  /** Where invoices are sent. */
  public static final String INVOICES = "invoices";

  /** The group that bills orders. */
  public static final String BILLING = "billing";

  private static final int PARTITIONS = 4;

  /** Small, so that a demo sees several. */
  private static final long SEGMENT_BYTES = 4L << 20;

  private static final int MAX_MESSAGE_BYTES = 1 << 20;

  private Topology() {}

  /**
   * The configuration of the log, but for its transactions.
   *
   * @param directory the data directory
   * @return a builder that can be built as it is
   */
  public static LockstepConfig.Builder config(Path directory) {
    return LockstepConfig.builder()
        .dataDir(directory)
        .segmentSize(SEGMENT_BYTES)
        .maxMessageBytes(MAX_MESSAGE_BYTES);
  }

  /** Creates the topics where they are missing. */
  static void createTopics(Lockstep lockstep) {
    lockstep.topics().createIfAbsent(TopicConfig.of(ORDERS).partitions(PARTITIONS));
    lockstep.topics().createIfAbsent(TopicConfig.of(INVOICES).partitions(PARTITIONS));
  }

  /**
   * How many orders wait to be billed.
   *
   * @param lockstep the open log
   * @return the lag of the billing group
   */
  public static long unbilled(Lockstep lockstep) {
    return lockstep.groups().find(BILLING, ORDERS).map(GroupInfo::lag).orElse(0L);
  }
}
