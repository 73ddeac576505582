package dev.lockstep.engine.inspect;

import dev.lockstep.CompressionUnavailableException;
import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.batch.BatchReader;
import dev.lockstep.engine.frame.FrameTypes;
import dev.lockstep.engine.index.FrameDecoder;
import dev.lockstep.engine.index.IndexEntry;
import dev.lockstep.engine.index.StoredMessage;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.index.Traits;
import dev.lockstep.engine.inspect.Finding.Kind;
import dev.lockstep.engine.inspect.Progress.Step;
import dev.lockstep.engine.log.ClosedLog;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.engine.store.DerivedState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks that every entry of every index leads to the message that it says: of that topic and
 * partition, of that length, with these traits; and that offsets and times ascend.
 */
final class IndexCheck {
  private final ClosedLog log;
  private final DerivedState state;
  private final Report report;
  private final Progress progress;
  private final BatchReader batches;
  private long total;

  IndexCheck(
      ClosedLog log, DerivedState state, BatchReader batches, Report report, Progress progress) {
    this.log = log;
    this.state = state;
    this.batches = batches;
    this.report = report;
    this.progress = progress;
  }

  void run() throws IOException {
    for (TopicState topic : state.topics().all()) {
      for (int i = 0; i < topic.partitionCount(); i++) {
        total += topic.partition(i).end() - topic.partition(i).first();
      }
    }
    for (String name : state.topics().names()) {
      TopicState topic = state.topics().topic(name);
      for (int i = 0; i < topic.partitionCount(); i++) {
        new PartitionCheck(topic, i).run();
        report.checkedPartition();
      }
    }
  }

  private final class PartitionCheck {
    private final TopicState topic;
    private final int partition;
    private long lastOffset = -1;
    private long lastTime;
    private long lostFrom = -1;
    private long lostTo = -1;
    private String lost = "";

    PartitionCheck(TopicState topic, int partition) {
      this.topic = topic;
      this.partition = partition;
    }

    void run() throws IOException {
      try {
        IndexWalk.over(topic.partition(partition), this::piece);
      } catch (CorruptLogException e) {
        report.add(
            Finding.of(
                    Kind.INDEX,
                    String.valueOf(e.getMessage()),
                    "the messages behind offset "
                        + lastOffset
                        + " are not found until the index is rebuilt; those of them that are sound"
                        + " are not lost")
                .about(topic.name(), partition)
                .offsets(lastOffset + 1, topic.partition(partition).end()));
      } catch (UncheckedIOException e) {
        throw new IOException(e.getCause());
      }
      tellLost();
    }

    private void piece(List<IndexEntry> entries) {
      for (IndexEntry entry : entries) {
        order(entry);
      }
      List<IndexEntry> left = entries;
      while (!left.isEmpty()) {
        left = read(left);
      }
      report.checkedMessages(entries.size());
      progress.at(Step.MESSAGES, report.messages(), total);
    }

    private void order(IndexEntry entry) {
      if (entry.offset() <= lastOffset) {
        wrong(entry, "the entry before it has offset " + lastOffset);
      }
      if (entry.time() < lastTime || entry.time() > state.clock().latest()) {
        wrong(
            entry,
            "it was committed at "
                + Instant.ofEpochMilli(entry.time())
                + ", which is before the entry before it, or after the latest commit of all");
      }
      lastOffset = entry.offset();
      lastTime = entry.time();
    }

    /** Reads messages up to the first that can't be read; returns those behind it. */
    private List<IndexEntry> read(List<IndexEntry> entries) {
      List<StoredMessage> messages = new ArrayList<>();
      FrameDecoder decoder =
          new FrameDecoder(topic, partition, batches, Long.MAX_VALUE, entries, messages);
      int[] read = {0};
      try {
        log.read(
            decoder.frames(),
            (type, position, length, body) -> {
              decoder.frame(type, position, length, body);
              boolean fits = Frame.lengthOf(body.limit()) == length;
              messages.forEach(message -> check(message, type, fits));
              read[0] += messages.size();
              messages.clear(); // their payloads may be large
            });
        return List.of();
      } catch (CorruptLogException e) {
        lost(entries.get(read[0]), String.valueOf(e.getMessage()));
        return entries.subList(read[0] + 1, entries.size());
      } catch (CompressionUnavailableException e) {
        report.add(Note.Kind.NOT_CHECKED, String.valueOf(e.getMessage()));
        return List.of();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void check(StoredMessage message, byte type, boolean fits) {
      Traits said = message.entry().traits();
      Traits found = Traits.of(message.body());
      if (!fits) {
        wrong(message.entry(), "it gives a wrong length for the frame");
      }
      if ((type == FrameTypes.MESSAGE || type == FrameTypes.COPY) && said.slot() != 0) {
        wrong(message.entry(), "it leads to a slot of a frame that has none");
      }
      if (said.kind() != found.kind()
          || said.keyHash() != found.keyHash()
          || said.idempotencyHash() != found.idempotencyHash()) {
        wrong(message.entry(), "it says " + said + " of a message that has " + found);
      }
    }

    private void wrong(IndexEntry entry, String problem) {
      report.add(
          Finding.of(
                  Kind.INDEX,
                  "the entry of offset " + entry.offset() + " is damaged: " + problem,
                  "the message is sound, and may be skipped, removed too early, or not recognised"
                      + " as a repetition. Close the log, delete the index files of this partition"
                      + " and the checkpoint, and open it again: they are rebuilt if nothing was"
                      + " reclaimed yet")
              .about(topic.name(), partition)
              .offsets(entry.offset(), entry.offset() + 1));
    }

    /** Neighbours that are lost make one finding. */
    private void lost(IndexEntry entry, String problem) {
      if (entry.offset() != lostTo) {
        tellLost();
        lostFrom = entry.offset();
        lost = problem;
      }
      lostTo = entry.offset() + 1;
    }

    private void tellLost() {
      if (lostFrom >= 0) {
        report.add(
            Finding.of(
                    Kind.MESSAGE,
                    lost,
                    "these messages can't be delivered; a group that comes to them stops there."
                        + " Restore the directory from a backup, or move the groups behind them")
                .about(topic.name(), partition)
                .offsets(lostFrom, lostTo));
        lostFrom = -1;
      }
    }
  }
}
