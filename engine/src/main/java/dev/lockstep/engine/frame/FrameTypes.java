package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;

/** The types of the engine's frames. A number is never used again for something else. */
public final class FrameTypes {
  /** A {@link MessageBody}. */
  public static final byte MESSAGE = Frame.FIRST_FREE_TYPE;

  /** A {@link PrepareBody}. */
  public static final byte PREPARE = Frame.FIRST_FREE_TYPE + 1;

  /** A {@link CommitBody}. */
  public static final byte COMMIT = Frame.FIRST_FREE_TYPE + 2;

  /** A {@link RollbackBody}. */
  public static final byte ROLLBACK = Frame.FIRST_FREE_TYPE + 3;

  /** A {@link TopicBody}: a topic is created or altered. */
  public static final byte TOPIC = Frame.FIRST_FREE_TYPE + 4;

  /** A {@link GroupBody}. */
  public static final byte GROUP = Frame.FIRST_FREE_TYPE + 5;

  /** A topic is deleted. */
  public static final byte TOPIC_DELETED = Frame.FIRST_FREE_TYPE + 6;

  /** The first messages of partitions are removed. */
  public static final byte TRIM = Frame.FIRST_FREE_TYPE + 7;

  /** Single messages of a partition are removed. */
  public static final byte DROP = Frame.FIRST_FREE_TYPE + 8;

  /** A copy of a message, at a new place. */
  public static final byte COPY = Frame.FIRST_FREE_TYPE + 9;

  /** The copies before it take the place of the originals. */
  public static final byte MOVED = Frame.FIRST_FREE_TYPE + 10;

  /** Messages of a branch for one partition, compressed together. */
  public static final byte BATCH = Frame.FIRST_FREE_TYPE + 11;

  /** A group is deleted. */
  public static final byte GROUP_DELETED = Frame.FIRST_FREE_TYPE + 12;

  /** A group goes on at another offset. */
  public static final byte GROUP_POSITION = Frame.FIRST_FREE_TYPE + 13;

  /** A {@link SpilledBody}. */
  public static final byte SPILLED = Frame.FIRST_FREE_TYPE + 14;

  /** A copy of a batch, at a new place. */
  public static final byte BATCH_COPY = Frame.FIRST_FREE_TYPE + 15;

  /** A {@link ResolvedBody}. */
  public static final byte RESOLVED = Frame.FIRST_FREE_TYPE + 16;

  /** A {@link ForgottenBody}. */
  public static final byte FORGOTTEN = Frame.FIRST_FREE_TYPE + 17;

  /** A {@link TakenBackBody}. */
  public static final byte TAKEN_BACK = Frame.FIRST_FREE_TYPE + 18;

  /** A {@link RecordBody}: a record of a transaction manager is written. */
  public static final byte RECORD = Frame.FIRST_FREE_TYPE + 24;

  /** A {@link RecordRemovedBody}. */
  public static final byte RECORD_REMOVED = Frame.FIRST_FREE_TYPE + 25;

  private FrameTypes() {}
}
