package dev.lockstep.engine.index;

import dev.lockstep.CompressionUnavailableException;
import dev.lockstep.CorruptLogException;
import dev.lockstep.LockstepException;
import dev.lockstep.ReadFailedException;
import dev.lockstep.engine.batch.BatchReader;
import dev.lockstep.engine.frame.MessageBody;
import dev.lockstep.engine.log.FrameRef;
import dev.lockstep.engine.log.SegmentLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the messages of partitions. Thread-safe.
 *
 * <p>A message may move to another place while it is being read, and its old place may be used
 * again. Nothing holds that up: a frame says itself whether it is the one that was asked for, and
 * if it is not, its offset is looked up again. Only where the index still leads to the place that
 * could not be read, it is damage. What stands before such a message is returned first; the next
 * read, which begins with it, throws.
 */
public final class PartitionReader {
  /**
   * How many bytes of frames one read takes at the most, and how many of messages once they are
   * decompressed, unless its first message has more.
   */
  private static final long MAX_BYTES = 4 << 20;

  private static final String REMEDY = "; check the disk, and poll again";

  private final SegmentLog log;
  private final BatchReader batches;

  public PartitionReader(SegmentLog log, BatchReader batches) {
    this.log = log;
    this.batches = batches;
  }

  /**
   * Reads the first messages from an offset on.
   *
   * @param topic the topic
   * @param partition the number of its partition
   * @param from the smallest offset of interest
   * @param max how many messages at the most
   * @throws CorruptLogException if the first of them is damaged, or what leads to it
   * @throws CompressionUnavailableException if what decompresses the first of them is not there
   * @throws ReadFailedException if the disk does not let it be read
   */
  public ReadMessages read(TopicState topic, int partition, long from, int max) {
    PartitionIndex index = topic.partition(partition);
    long end = index.end(); // before the look: what comes later is not skipped
    List<IndexEntry> entries = lookUp(topic, () -> index.soundEntries(from, max));
    return entries.isEmpty()
        ? new ReadMessages(List.of(), Math.max(from, end))
        : read(topic, partition, entries);
  }

  /**
   * Reads messages.
   *
   * @param topic the topic
   * @param partition the number of its partition
   * @param entries which messages, in the order of their offsets, as the partition's index said
   * @return the messages, of which there may be fewer than asked for
   * @throws CorruptLogException if the first of them is damaged
   * @throws CompressionUnavailableException if what decompresses the first of them is not there
   * @throws ReadFailedException if the disk does not let it be read
   */
  public ReadMessages read(TopicState topic, int partition, List<IndexEntry> entries) {
    PartitionIndex index = topic.partition(partition);
    List<IndexEntry> left = bounded(entries);
    long end = left.isEmpty() ? 0 : left.get(left.size() - 1).offset() + 1;
    List<StoredMessage> messages = new ArrayList<>(left.size());
    while (!left.isEmpty()) {
      int before = messages.size();
      Optional<LockstepException> failure = readFrames(topic, partition, left, messages);
      int read = messages.size() - before;
      if (failure.isEmpty()) {
        return new ReadMessages(messages, read < left.size() ? left.get(read).offset() : end);
      }
      log.checkOpen(); // a close ends the reads that are under way
      IndexEntry failed = left.get(read);
      List<IndexEntry> rest = left.subList(read, left.size());
      List<IndexEntry> again = lookUp(topic, () -> current(index, rest));
      if (!again.isEmpty() && isSame(again.get(0), failed)) {
        if (messages.isEmpty()) {
          throw failure.get();
        }
        return new ReadMessages(messages, failed.offset());
      }
      left = again;
    }
    return new ReadMessages(messages, end);
  }

  /**
   * Looks entries up, as {@link PartitionIndex#entries} does.
   *
   * @throws ReadFailedException if the disk does not let them be read
   */
  public List<IndexEntry> entries(TopicState topic, int partition, long from, int max) {
    return lookUp(topic, () -> topic.partition(partition).entries(from, max));
  }

  /**
   * Reads a message that has no offset yet. It may have moved: whoever knows where looks again.
   *
   * @throws CorruptLogException if it is not there, or damaged
   * @throws CompressionUnavailableException if what decompresses it is not there
   * @throws ReadFailedException if the disk does not let it be read
   */
  public MessageBody read(TopicState topic, MessageRef message) {
    List<IndexEntry> entry = List.of(new IndexEntry(0, 0, message.frame(), message.traits()));
    List<StoredMessage> found = new ArrayList<>(1);
    Optional<LockstepException> failure = readFrames(topic, message.partition(), entry, found);
    if (failure.isPresent()) {
      log.checkOpen();
      throw failure.get();
    }
    return found.get(0).body();
  }

  private static boolean isSame(IndexEntry entry, IndexEntry other) {
    return entry.offset() == other.offset() && entry.frame().equals(other.frame());
  }

  private static List<IndexEntry> bounded(List<IndexEntry> entries) {
    long bytes = 0;
    long position = -1;
    for (int i = 0; i < entries.size(); i++) {
      FrameRef frame = entries.get(i).frame();
      if (frame.position() != position) {
        position = frame.position();
        bytes += frame.length();
        if (bytes > MAX_BYTES && i > 0) {
          return entries.subList(0, i);
        }
      }
    }
    return entries;
  }

  /** The entries that these offsets have now; some may be gone. */
  private static List<IndexEntry> current(PartitionIndex index, List<IndexEntry> entries)
      throws IOException {
    List<IndexEntry> now = new ArrayList<>(entries.size());
    for (IndexEntry entry : entries) {
      index.entry(entry.offset()).ifPresent(now::add);
    }
    return now;
  }

  private interface LookUp {
    List<IndexEntry> run() throws IOException;
  }

  private List<IndexEntry> lookUp(TopicState topic, LookUp lookUp) {
    try {
      return lookUp.run();
    } catch (IOException e) {
      log.checkOpen();
      throw new ReadFailedException(
          "the index of '" + topic.name() + "' can't be read: " + e.getMessage() + REMEDY, e);
    }
  }

  /** Reads until one can't be read; says why. */
  private Optional<LockstepException> readFrames(
      TopicState topic, int partition, List<IndexEntry> entries, List<StoredMessage> messages) {
    FrameDecoder decoder =
        new FrameDecoder(topic, partition, batches, MAX_BYTES, entries, messages);
    try {
      log.read(decoder.frames(), decoder);
      return Optional.empty();
    } catch (CorruptLogException | CompressionUnavailableException e) {
      return Optional.of(e);
    } catch (IOException e) {
      return Optional.of(
          new ReadFailedException(
              "partition "
                  + partition
                  + " of '"
                  + topic.name()
                  + "' can't be read: "
                  + e.getMessage()
                  + REMEDY,
              e));
    }
  }
}
