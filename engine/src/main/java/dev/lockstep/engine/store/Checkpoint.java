package dev.lockstep.engine.store;

import dev.lockstep.engine.frame.AuditBody;
import dev.lockstep.engine.frame.GroupBody;
import dev.lockstep.engine.frame.PrepareBody;
import dev.lockstep.engine.frame.RecordBody;
import dev.lockstep.engine.frame.TopicBody;
import dev.lockstep.engine.index.LiveBytes;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.index.PartitionManifest;
import dev.lockstep.engine.log.KeptSegment;
import dev.lockstep.engine.log.SegmentLog.ReplayFrom;
import dev.lockstep.engine.tx.HeuristicBranch;
import dev.lockstep.engine.tx.PreparedBranch;
import dev.lockstep.engine.tx.SpilledBranches.SpilledBranch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
 *   56  4  the largest number that a topic ever had
 *   60     topics, their number (4 bytes) in front: {@link TopicBody}, then a {@link
 *          PartitionManifest} for each partition
 *          groups, their number (4 bytes) in front: {@link GroupBody}
 *          prepared branches, their number (4 bytes) in front: {@link PrepareBody}; for each of its
 *          messages a {@link MessageRef}
 *          branches that were decided by hand, their number (4 bytes) in front: {@link
 *          HeuristicBranch}
 *          audit records, their number (4 bytes) in front: {@link AuditBody}
 *          what active branches have spilled, their number (4 bytes) in front: 8 branch number, 4
 *          number of messages, for each a {@link MessageRef}
 *          segments before the cut that hold something alive, their number (4 bytes) in front: 8
 *          number, 4 incarnation, 8 position where the file ends
 *          transaction records, their number (4 bytes) in front: {@link RecordBody}
 * </pre>
 */
record Checkpoint(
    UUID logId,
    long position,
    long watermark,
    long latestCommit,
    int lastTopic,
    List<StoredTopic> topics,
    List<GroupBody> groups,
    List<PreparedBranch> prepared,
    List<HeuristicBranch> heuristics,
    List<AuditBody> audit,
    List<SpilledBranch> spilled,
    List<KeptSegment> segments,
    List<RecordBody> records) {
  private static final long MAGIC = 0x4C535450434B5031L;
  private static final int CRC_OFFSET = 8;
  private static final int COVERED_FROM = 12;
  private static final int LENGTH_OFFSET = 12;
  private static final int PREFIX = 16;
  private static final int FIXED = 60;
  private static final int SEGMENT_LENGTH = 20;

  /** A topic, and what the index files have of its partitions. */
  record StoredTopic(TopicBody body, List<PartitionManifest> partitions) {
    int length() {
      return body.encodedLength()
          + partitions.stream().mapToInt(PartitionManifest::encodedLength).sum();
    }
  }

  /** The names of the index files that it counts on, and how long each must be at the least. */
  Map<String, Long> indexFiles() {
    Map<String, Long> lengths = new TreeMap<>();
    for (StoredTopic topic : topics) {
      for (int i = 0; i < topic.partitions().size(); i++) {
        lengths.putAll(topic.partitions().get(i).files(topic.body().topic(), i));
      }
    }
    return lengths;
  }

  /** The bytes of the frames before the cut to which index files and undecided branches refer. */
  LiveBytes liveBytes(long segmentSize) {
    LiveBytes live = new LiveBytes();
    topics.forEach(topic -> topic.partitions().forEach(partition -> partition.addTo(live)));
    for (PreparedBranch branch : prepared) {
      for (MessageRef message : branch.messages()) {
        live.add(message.frame().position() / segmentSize, message.frame().length());
      }
    }
    return live;
  }

  /** What it says of the segments. */
  ReplayFrom from() {
    return ReplayFrom.cut(position, watermark, segments);
  }

  ByteBuffer encode() {
    ByteBuffer buffer = ByteBuffer.allocate(length());
    buffer.putLong(MAGIC).putInt(0).putInt(buffer.capacity() - PREFIX);
    buffer.putLong(logId.getMostSignificantBits()).putLong(logId.getLeastSignificantBits());
    buffer.putLong(position).putLong(watermark).putLong(latestCommit);
    buffer.putInt(lastTopic);
    buffer.putInt(topics.size());
    for (StoredTopic topic : topics) {
      topic.body().put(buffer);
      topic.partitions().forEach(partition -> partition.put(buffer));
    }
    buffer.putInt(groups.size());
    groups.forEach(group -> group.put(buffer));
    buffer.putInt(prepared.size());
    prepared.forEach(branch -> put(buffer, branch));
    buffer.putInt(heuristics.size());
    heuristics.forEach(branch -> branch.put(buffer));
    buffer.putInt(audit.size());
    audit.forEach(record -> record.put(buffer));
    buffer.putInt(spilled.size());
    for (SpilledBranch branch : spilled) {
      buffer.putLong(branch.branch()).putInt(branch.messages().size());
      branch.messages().forEach(message -> message.put(buffer));
    }
    buffer.putInt(segments.size());
    for (KeptSegment segment : segments) {
      buffer.putLong(segment.number()).putInt(segment.incarnation()).putLong(segment.end());
    }
    buffer.putInt(records.size());
    records.forEach(record -> record.put(buffer));
    buffer.putInt(CRC_OFFSET, crc(buffer));
    return buffer.rewind();
  }

  private int length() {
    return FIXED
        + 8 * Integer.BYTES
        + topics.stream().mapToInt(StoredTopic::length).sum()
        + groups.stream().mapToInt(GroupBody::encodedLength).sum()
        + prepared.stream()
            .mapToInt(
                branch ->
                    branch.body().encodedLength() + branch.messages().size() * MessageRef.LENGTH)
            .sum()
        + heuristics.stream().mapToInt(HeuristicBranch::encodedLength).sum()
        + audit.stream().mapToInt(AuditBody::encodedLength).sum()
        + spilled.stream()
            .mapToInt(
                branch -> Long.BYTES + Integer.BYTES + branch.messages().size() * MessageRef.LENGTH)
            .sum()
        + segments.size() * SEGMENT_LENGTH
        + records.stream().mapToInt(RecordBody::encodedLength).sum();
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
    int lastTopic = buffer.getInt();
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
    List<HeuristicBranch> heuristics = new ArrayList<>();
    for (int i = buffer.getInt(); i > 0; i--) {
      heuristics.add(HeuristicBranch.get(buffer));
    }
    List<AuditBody> audit = new ArrayList<>();
    for (int i = buffer.getInt(); i > 0; i--) {
      audit.add(AuditBody.get(buffer));
    }
    List<SpilledBranch> spilled = new ArrayList<>();
    for (int i = buffer.getInt(); i > 0; i--) {
      spilled.add(new SpilledBranch(buffer.getLong(), messages(buffer, buffer.getInt())));
    }
    List<KeptSegment> segments = new ArrayList<>();
    for (int i = buffer.getInt(); i > 0; i--) {
      segments.add(new KeptSegment(buffer.getLong(), buffer.getInt(), buffer.getLong()));
    }
    List<RecordBody> records = new ArrayList<>();
    for (int i = buffer.getInt(); i > 0; i--) {
      records.add(RecordBody.decode(buffer));
    }
    return Optional.of(
        new Checkpoint(
            logId,
            position,
            watermark,
            latestCommit,
            lastTopic,
            topics,
            groups,
            prepared,
            heuristics,
            audit,
            spilled,
            segments,
            records));
  }

  private static StoredTopic topic(ByteBuffer buffer) {
    TopicBody body = TopicBody.decode(buffer);
    List<PartitionManifest> partitions = new ArrayList<>(body.partitions());
    for (int i = 0; i < body.partitions(); i++) {
      partitions.add(PartitionManifest.get(buffer));
    }
    return new StoredTopic(body, partitions);
  }

  private static PreparedBranch branch(ByteBuffer buffer) {
    PrepareBody body = PrepareBody.decode(buffer);
    return new PreparedBranch(body, messages(buffer, body.messages()));
  }

  private static List<MessageRef> messages(ByteBuffer buffer, int count) {
    List<MessageRef> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      messages.add(MessageRef.get(buffer));
    }
    return messages;
  }

  private static int crc(ByteBuffer buffer) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.slice(COVERED_FROM, buffer.limit() - COVERED_FROM));
    return (int) crc.getValue();
  }
}
