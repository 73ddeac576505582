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

  /** A {@link TopicBody}. */
  public static final byte TOPIC = Frame.FIRST_FREE_TYPE + 4;

  /** A {@link GroupBody}. */
  public static final byte GROUP = Frame.FIRST_FREE_TYPE + 5;

  private FrameTypes() {}
}
