package dev.lockstep.engine;

import dev.lockstep.Compression;
import dev.lockstep.InDoubtException;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.ReadFailedException;
import dev.lockstep.TopicConfig;
import dev.lockstep.Topics;
import dev.lockstep.engine.batch.Compressors;
import dev.lockstep.engine.frame.TopicBody;
import dev.lockstep.engine.frame.TopicDeletedBody;
import dev.lockstep.engine.index.PartitionIndex;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.index.TopicTable;
import dev.lockstep.engine.log.LogUnit;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.log.Urgency;
import dev.lockstep.engine.store.DerivedState;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;

/** The topics, as the API shows them. Changes are one at a time. */
final class TopicsView implements Topics {
  private final SegmentLog log;
  private final DerivedState state;
  private final TopicTable topics;
  private final Compressors compressors;

  TopicsView(SegmentLog log, DerivedState state, Compressors compressors) {
    this.log = log;
    this.state = state;
    this.topics = state.topics();
    this.compressors = compressors;
  }

  @Override
  public synchronized TopicInfo create(TopicConfig config) {
    if (topics.find(config.name()).isPresent()) {
      throw new InvalidConfigException(
          "topic '" + config.name() + "' exists already; use createIfAbsent, or another name");
    }
    put(new TopicBody(topics.lastId() + 1, config), Urgency.NEW_WORK);
    return info(topics.topic(config.name()));
  }

  private void put(TopicBody body, Urgency urgency) {
    requireCompressor(body.config());
    log.append(LogUnit.of(body.encode(), () -> state.put(body)), urgency).await();
  }

  @Override
  public synchronized TopicInfo alter(TopicConfig config) {
    TopicState topic = topics.topic(config.name());
    if (config.partitions() < topic.partitionCount()) {
      throw new InvalidConfigException(
          "topic '"
              + topic.name()
              + "' has "
              + topic.partitionCount()
              + " partitions and can't get along with "
              + config.partitions()
              + ": their messages would be lost. Keep the number, or raise it");
    }
    put(new TopicBody(topic.id(), config), Urgency.RECLAIM); // it may keep less from now on
    return info(topic);
  }

  @Override
  public synchronized boolean delete(String name) {
    log.checkOpen();
    Optional<TopicState> topic = topics.find(name);
    topic.ifPresent(found -> topics.exclusively(() -> delete(found)));
    return topic.isPresent();
  }

  private void delete(TopicState topic) {
    // Nothing new can use it now. What was appended before is applied at the boundary.
    awaitBoundary();
    Set<String> blockedBy = new TreeSet<>(state.groups().blockedBy(topic));
    blockedBy.addAll(state.prepared().sentTo(topic.id()));
    if (!blockedBy.isEmpty()) {
      throw new InDoubtException(
          "topic '"
              + topic.name()
              + "' can't be deleted, since it is used by undecided transactions: "
              + String.join(", ", blockedBy)
              + ". Wait for their outcome, or decide them, and delete it then");
    }
    TopicDeletedBody body = new TopicDeletedBody(topic.id());
    log.append(LogUnit.of(body.encode(), () -> state.delete(body)), Urgency.RECLAIM).await();
  }

  private void awaitBoundary() {
    try {
      log.runAtBoundary(position -> position).join();
    } catch (CompletionException e) {
      log.checkOpen(); // the log failed before the boundary: it says so
      throw e;
    }
  }

  /** A topic that nobody could send to is refused now, and not at the first send. */
  private void requireCompressor(TopicConfig config) {
    if (config.compression() != Compression.NONE) {
      compressors.require(config.compression(), "topic '" + config.name() + "'");
    }
  }

  @Override
  public synchronized TopicInfo createIfAbsent(TopicConfig config) {
    Optional<TopicState> found = topics.find(config.name());
    if (found.isEmpty()) {
      return create(config);
    }
    if (!found.get().config().equals(config)) {
      throw new InvalidConfigException(
          "topic '"
              + config.name()
              + "' exists as "
              + found.get().config()
              + ", not as "
              + config
              + "; use that configuration, or another name");
    }
    return info(found.get());
  }

  @Override
  public Optional<TopicInfo> find(String topic) {
    log.checkOpen();
    return topics.find(topic).map(this::info);
  }

  @Override
  public List<String> names() {
    log.checkOpen();
    return topics.names();
  }

  private Info info(TopicState topic) {
    return new Info(log, topic);
  }

  /** A look at a topic. What was committed before shows, whether its commit was deferred or not. */
  private record Info(SegmentLog log, TopicState state) implements TopicInfo {
    @Override
    public TopicConfig config() {
      state.requirePresent();
      return state.config();
    }

    @Override
    public long firstOffset(int partition) {
      return index(partition).first();
    }

    @Override
    public long endOffset(int partition) {
      return index(partition).end();
    }

    @Override
    public OptionalLong offsetAt(int partition, Instant time) {
      try {
        return index(partition).offsetAt(time);
      } catch (IOException e) {
        throw unreadable(e);
      }
    }

    @Override
    public long bytes() {
      state.requirePresent();
      log.awaitDeferred();
      long bytes = 0;
      try {
        for (PartitionIndex index : state.partitions()) {
          bytes += index.bytes();
        }
      } catch (IOException e) {
        throw unreadable(e);
      }
      return bytes;
    }

    private PartitionIndex index(int partition) {
      state.requirePresent();
      log.awaitDeferred();
      return state.partition(partition);
    }

    private ReadFailedException unreadable(IOException cause) {
      state.requirePresent();
      return new ReadFailedException(
          "the index of '"
              + state.name()
              + "' can't be read: "
              + cause.getMessage()
              + "; check the disk, and ask again",
          cause);
    }
  }
}
