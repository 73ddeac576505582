package dev.lockstep.engine.inspect;

import dev.lockstep.engine.batch.BatchReader;
import dev.lockstep.engine.frame.CommitBody;
import dev.lockstep.engine.frame.DropBody;
import dev.lockstep.engine.frame.ForgottenBody;
import dev.lockstep.engine.frame.FrameTypes;
import dev.lockstep.engine.frame.GroupBody;
import dev.lockstep.engine.frame.GroupDeletedBody;
import dev.lockstep.engine.frame.GroupPositionBody;
import dev.lockstep.engine.frame.MessageBody;
import dev.lockstep.engine.frame.MovedBody;
import dev.lockstep.engine.frame.PrepareBody;
import dev.lockstep.engine.frame.RecordBody;
import dev.lockstep.engine.frame.RecordKey;
import dev.lockstep.engine.frame.RecordRemovedBody;
import dev.lockstep.engine.frame.ResolvedBody;
import dev.lockstep.engine.frame.RollbackBody;
import dev.lockstep.engine.frame.SpilledBody;
import dev.lockstep.engine.frame.TakenBackBody;
import dev.lockstep.engine.frame.TopicBody;
import dev.lockstep.engine.frame.TopicDeletedBody;
import dev.lockstep.engine.frame.TrimBody;
import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The types of frames, by name, and what is in them. */
public enum FrameKind {
  /** Up to where a force had returned. */
  WATERMARK(Frame.WATERMARK),
  /** The log goes on in the next segment. */
  END(Frame.END),
  /** A message. */
  MESSAGE(FrameTypes.MESSAGE),
  /** A branch is prepared. */
  PREPARE(FrameTypes.PREPARE),
  /** A branch is committed. */
  COMMIT(FrameTypes.COMMIT),
  /** A prepared branch is rolled back. */
  ROLLBACK(FrameTypes.ROLLBACK),
  /** A topic is created or altered. */
  TOPIC(FrameTypes.TOPIC),
  /** A group begins. */
  GROUP(FrameTypes.GROUP),
  /** A topic is deleted. */
  TOPIC_DELETED(FrameTypes.TOPIC_DELETED),
  /** The first messages of partitions are removed. */
  TRIM(FrameTypes.TRIM),
  /** Single messages of a partition are removed. */
  DROP(FrameTypes.DROP),
  /** The copies before it take the place of the originals. */
  MOVED(FrameTypes.MOVED),
  /** Messages that are compressed together. */
  BATCH(FrameTypes.BATCH),
  /** A message at a new place. */
  COPY(FrameTypes.COPY),
  /** A batch at a new place. */
  BATCH_COPY(FrameTypes.BATCH_COPY),
  /** Messages of a branch that goes on. */
  SPILLED(FrameTypes.SPILLED),
  /** A group is deleted. */
  GROUP_DELETED(FrameTypes.GROUP_DELETED),
  /** A group goes on at another offset. */
  GROUP_POSITION(FrameTypes.GROUP_POSITION),
  /** A prepared branch is decided by hand. */
  RESOLVED(FrameTypes.RESOLVED),
  /** That it was is forgotten. */
  FORGOTTEN(FrameTypes.FORGOTTEN),
  /** Of the messages that a branch has spilled only the first ones count. */
  TAKEN_BACK(FrameTypes.TAKEN_BACK),
  /** A record of a transaction manager is written. */
  RECORD(FrameTypes.RECORD),
  /** A record of a transaction manager is removed. */
  RECORD_REMOVED(FrameTypes.RECORD_REMOVED);

  private final byte type;

  FrameKind(byte type) {
    this.type = type;
  }

  private record Watermark(long position) {}

  private record Empty() {}

  private record Written(String type, byte[] id, byte[] value) {}

  private record Removed(String type, byte[] id) {}

  private static Record record(RecordBody body) {
    return new Written(body.key().type(), body.key().idBytes(), body.value());
  }

  private static Record removed(RecordKey key) {
    return new Removed(key.type(), key.idBytes());
  }

  static Optional<FrameKind> of(byte type) {
    return Arrays.stream(values()).filter(kind -> kind.type == type).findFirst();
  }

  /** The name, as the page about the format has it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The content of a body.
   *
   * @throws RuntimeException if there is no sense in it
   */
  Map<String, Object> fields(ByteBuffer body, BatchReader batches) {
    return BodyFields.of(decode(body, batches));
  }

  private Record decode(ByteBuffer body, BatchReader batches) {
    return switch (this) {
      case WATERMARK -> new Watermark(body.getLong());
      case END -> new Empty();
      case MESSAGE, COPY -> MessageBody.decode(body);
      case PREPARE -> PrepareBody.decode(body);
      case COMMIT -> CommitBody.decode(body);
      case ROLLBACK -> RollbackBody.decode(body);
      case SPILLED -> SpilledBody.decode(body);
      case TAKEN_BACK -> TakenBackBody.decode(body);
      case TOPIC -> TopicBody.decode(body);
      case GROUP -> GroupBody.decode(body);
      case TOPIC_DELETED -> TopicDeletedBody.decode(body);
      case TRIM -> TrimBody.decode(body);
      case DROP -> DropBody.decode(body);
      case MOVED -> MovedBody.decode(body);
      case BATCH, BATCH_COPY -> Batch.of(body, batches);
      case GROUP_DELETED -> GroupDeletedBody.decode(body);
      case GROUP_POSITION -> GroupPositionBody.decode(body);
      case RESOLVED -> ResolvedBody.decode(body);
      case FORGOTTEN -> ForgottenBody.decode(body);
      case RECORD -> record(RecordBody.decode(body));
      case RECORD_REMOVED -> removed(RecordRemovedBody.decode(body).key());
    };
  }
}
