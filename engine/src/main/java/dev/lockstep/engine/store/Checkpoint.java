package dev.lockstep.engine.store;

import dev.lockstep.engine.frame.GroupBody;
import dev.lockstep.engine.frame.PrepareBody;
import dev.lockstep.engine.frame.TopicBody;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.log.KeptSegment;
import dev.lockstep.engine.tx.PreparedBranch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The state of everything that is derived from the log, at a cut between two frames.
 *
 * <pre>
 *    0  8  magic "LSTPCKP1"
 *    8  4  CRC32C of everything behind this field
 *   12  4  length of everything behind this field
 *   16 16  identity of the log
 *   32  8  position of the cut
 *   40  8  watermark
 *   48  8  latest time of a commit
 *   56     topics, their number (4 bytes) in front: {@link TopicBody}, index entries of each
 *          partition (8 bytes each)
 *          groups, their number (4 bytes) in front: {@link GroupBody}
 *          prepared branches, their number (4 bytes) in front: {@link PrepareBody}; for each of its
 *          messages a {@link MessageRef}
 *          segments before the cut that hold something alive, their number (4 bytes) in front: 8
 *          number, 4 incarnation, 8 position where the file ends
 * </pre>
 */
record Checkpoint(
    UUID logId,
    long position,
    long watermark,
    long latestCommit,
    List<StoredTopic> topics,
    List<GroupBody> groups,
    List<PreparedBranch> prepared,
    List<KeptSegment> segments) {
  private static final long MAGIC = 0x4C535450434B5031L;
  private static final int CRC_OFFSET = 8;
  private static final int COVERED_FROM = 12;
  private static final int LENGTH_OFFSET = 12;
  private static final int PREFIX = 16;
  private static final int FIXED = 56;
  private static final int SEGMENT_LENGTH = 20;

  /** A topic, and how many entries of each partition are in the index files. */
  record StoredTopic(TopicBody body, long[] entries) {
    int length() {
      return body.encodedLength() + entries.length * Long.BYTES;
    }
  }

  ByteBuffer encode() {
    ByteBuffer buffer = ByteBuffer.allocate(length());
    buffer.putLong(MAGIC).putInt(0).putInt(buffer.capacity() - PREFIX);
    buffer.putLong(logId.getMostSignificantBits()).putLong(logId.getLeastSignificantBits());
    buffer.putLong(position).putLong(watermark).putLong(latestCommit);
    buffer.putInt(topics.size());
    for (StoredTopic topic : topics) {
      topic.body().put(buffer);
      for (long entries : topic.entries()) {
        buffer.putLong(entries);
      }
    }
    buffer.putInt(groups.size());
    groups.forEach(group -> group.put(buffer));
    buffer.putInt(prepared.size());
    prepared.forEach(branch -> put(buffer, branch));
    buffer.putInt(segments.size());
    for (KeptSegment segment : segments) {
      buffer.putLong(segment.number()).putInt(segment.incarnation()).putLong(segment.end());
    }
    buffer.putInt(CRC_OFFSET, crc(buffer));
    return buffer.rewind();
  }

  private int length() {
    return FIXED
        + 4 * Integer.BYTES
        + topics.stream().mapToInt(StoredTopic::length).sum()
        + groups.stream().mapToInt(GroupBody::encodedLength).sum()
        + prepared.stream()
            .mapToInt(
                branch ->
                    branch.body().encodedLength() + branch.messages().size() * MessageRef.LENGTH)
            .sum()
        + segments.size() * SEGMENT_LENGTH;
  }

  private static void put(ByteBuffer buffer, PreparedBranch branch) {
    branch.body().put(buffer);
    branch.messages().forEach(message -> message.put(buffer));
  }

  static Optional<Checkpoint> decode(ByteBuffer buffer) {
    if (buffer.remaining() < FIXED
        || buffer.getLong(0) != MAGIC
        || buffer.getInt(LENGTH_OFFSET) != buffer.limit() - PREFIX
        || buffer.getInt(CRC_OFFSET) != crc(buffer)) {
      return Optional.empty();
    }
    buffer.position(PREFIX);
    UUID logId = new UUID(buffer.getLong(), buffer.getLong());
    long position = buffer.getLong();
    long watermark = buffer.getLong();
    long latestCommit = buffer.getLong();
    List<StoredTopic> topics = new ArrayList<>();
    for (int i = buffer.getInt(); i > 0; i--) {
      topics.add(topic(buffer));
    }
    List<GroupBody> groups = new ArrayList<>();
    for (int i = buffer.getInt(); i > 0; i--) {
      groups.add(GroupBody.decode(buffer));
    }
    List<PreparedBranch> prepared = new ArrayList<>();
    for (int i = buffer.getInt(); i > 0; i--) {
      prepared.add(branch(buffer));
    }
    List<KeptSegment> segments = new ArrayList<>();
    for (int i = buffer.getInt(); i > 0; i--) {
      segments.add(new KeptSegment(buffer.getLong(), buffer.getInt(), buffer.getLong()));
    }
    return Optional.of(
        new Checkpoint(
            logId, position, watermark, latestCommit, topics, groups, prepared, segments));
  }

  private static StoredTopic topic(ByteBuffer buffer) {
    TopicBody body = TopicBody.decode(buffer);
    long[] entries = new long[body.partitions()];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = buffer.getLong();
    }
    return new StoredTopic(body, entries);
  }

  private static PreparedBranch branch(ByteBuffer buffer) {
    PrepareBody body = PrepareBody.decode(buffer);
    List<MessageRef> messages = new ArrayList<>();
    for (int i = 0; i < body.messages(); i++) {
      messages.add(MessageRef.get(buffer));
    }
    return new PreparedBranch(body, messages);
  }

  private static int crc(ByteBuffer buffer) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.slice(COVERED_FROM, buffer.limit() - COVERED_FROM));
    return (int) crc.getValue();
  }
}
