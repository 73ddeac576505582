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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
  private long seen;

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
      Map<String, Long> unread = new LinkedHashMap<>();
      for (int i = 0; i < topic.partitionCount(); i++) {
        new PartitionCheck(topic, i, unread).run();
        report.checkedPartition();
      }
      unread.forEach(
          (reason, messages) ->
              report.add(
                  Note.Kind.NOT_CHECKED,
                  messages + " messages of '" + name + "' were not checked: " + reason));
    }
  }

  private final class PartitionCheck implements IndexWalk.Visitor {
    private final TopicState topic;
    private final int partition;
    private final Map<String, Long> unread;
    private Optional<String> file = Optional.empty();
    private long lastOffset = -1;
    private long lastTime;
    private long lostFrom = -1;
    private long lostTo = -1;
    private String lost = "";

    PartitionCheck(TopicState topic, int partition, Map<String, Long> unread) {
      this.topic = topic;
      this.partition = partition;
      this.unread = unread;
    }

    void run() throws IOException {
      try {
        IndexWalk.over(topic.partition(partition), this);
      } catch (UncheckedIOException e) {
        throw new IOException(e.getCause());
      }
      tellLost();
    }

    @Override
    public void piece(Optional<String> in, List<IndexEntry> entries) {
      file = in;
      for (IndexEntry entry : entries) {
        order(entry);
      }
      List<IndexEntry> left = entries;
      while (!left.isEmpty()) {
        left = read(left);
      }
      seen += entries.size();
      progress.at(Step.MESSAGES, seen, total);
    }

    @Override
    public void damaged(String name, long from, long to, CorruptLogException damage) {
      report.add(
          Finding.of(
                  Kind.INDEX,
                  String.valueOf(damage.getMessage()),
                  "these messages are not found until the index is rebuilt; those of them that are"
                      + " sound are not lost")
              .in(name)
              .about(topic.name(), partition)
              .offsets(from, to));
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
              report.checkedMessages(messages.size());
              messages.clear(); // their payloads may be large
            });
        return List.of();
      } catch (CorruptLogException e) {
        lost(entries.get(read[0]), String.valueOf(e.getMessage()));
        report.checkedMessages(1);
        return entries.subList(read[0] + 1, entries.size());
      } catch (CompressionUnavailableException e) {
        return behindUnread(entries, read[0], String.valueOf(e.getMessage()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** The messages of a batch can be decompressed, or none of them. */
    private List<IndexEntry> behindUnread(List<IndexEntry> entries, int from, String reason) {
      long position = entries.get(from).frame().position();
      int to = from;
      while (to < entries.size() && entries.get(to).frame().position() == position) {
        to++;
      }
      unread.merge(reason, (long) to - from, Long::sum);
      return entries.subList(to, entries.size());
    }

    private void check(StoredMessage message, byte type, boolean fits) {
      Traits said = message.entry().traits();
      Traits found = Traits.of(message.body().envelope(topic.name()));
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
      Finding finding =
          Finding.of(
                  Kind.INDEX,
                  "the entry of offset " + entry.offset() + " is damaged: " + problem,
                  "the message is sound, and may be skipped, removed too early, or not recognised"
                      + " as a repetition. "
                      + (file.isPresent()
                          ? "Delete the index file and open the log: all indexes are rebuilt if"
                              + " nothing was reclaimed yet"
                          : "The entry was derived from the log just now: use the newest version"
                              + " of this tool, and report it if that says the same"))
              .about(topic.name(), partition)
              .offsets(entry.offset(), entry.offset() + 1);
      report.add(file.map(finding::in).orElse(finding));
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
