package dev.lockstep.engine;

import dev.lockstep.Compression;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.ReadFailedException;
import dev.lockstep.TopicConfig;
import dev.lockstep.Topics;
import dev.lockstep.engine.batch.Compressors;
import dev.lockstep.engine.frame.TopicBody;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.index.TopicTable;
import dev.lockstep.engine.log.LogUnit;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.log.Urgency;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The topics, as the API shows them. Creations are one at a time. */
final class TopicsView implements Topics {
  private final SegmentLog log;
  private final TopicTable table;
  private final Compressors compressors;

  TopicsView(SegmentLog log, TopicTable table, Compressors compressors) {
    this.log = log;
    this.table = table;
    this.compressors = compressors;
  }

  @Override
  public synchronized TopicInfo create(TopicConfig config) {
    if (table.find(config.name()).isPresent()) {
      throw new InvalidConfigException(
          "topic '" + config.name() + "' exists already; use createIfAbsent, or another name");
    }
    requireCompressor(config);
    TopicBody body = new TopicBody(table.lastId() + 1, config);
    log.append(LogUnit.of(body.encode(), () -> table.put(body)), Urgency.NEW_WORK).await();
    return new Info(table.topic(config.name()));
  }

  /** A topic that nobody could send to is refused now, and not at the first send. */
  private void requireCompressor(TopicConfig config) {
    if (config.compression() != Compression.NONE) {
      compressors.require(config.compression(), "topic '" + config.name() + "'");
    }
  }

  @Override
  public synchronized TopicInfo createIfAbsent(TopicConfig config) {
    Optional<TopicState> found = table.find(config.name());
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
    return new Info(found.get());
  }

  @Override
  public Optional<TopicInfo> find(String topic) {
    log.checkOpen();
    return table.find(topic).map(Info::new);
  }

  @Override
  public List<String> names() {
    log.checkOpen();
    return table.names();
  }

  private record Info(TopicState state) implements TopicInfo {
    @Override
    public TopicConfig config() {
      return state.config();
    }

    @Override
    public long firstOffset(int partition) {
      return state.partition(partition).first();
    }

    @Override
    public OptionalLong offsetAt(int partition, Instant time) {
      try {
        return state.partition(partition).offsetAt(time);
      } catch (IOException e) {
        throw new ReadFailedException(
            "the index of '"
                + state.name()
                + "' can't be read: "
                + e.getMessage()
                + "; check the disk",
            e);
      }
    }

    @Override
    public long endOffset(int partition) {
      return state.partition(partition).end();
    }
  }
}
