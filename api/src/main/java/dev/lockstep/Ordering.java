package dev.lockstep;

/** The order in which a group consumes a partition. All members of a group in a topic agree. */
public enum Ordering {
  /**
   * In offset order. A partition is assigned to one member at a time. A parked message holds its
   * partition up until it is due. The default.
   */
  PARTITION,
  /**
   * In offset order for each key; different keys go ahead independently of each other. All members
   * share all partitions: messages with one key are never with two members at once, and a message
   * comes only when the earlier ones of its key are acknowledged, or are with the same member.
   * Messages without a key have no order. A parked message holds back the later ones of its key,
   * and no others.
   */
  KEY
}
