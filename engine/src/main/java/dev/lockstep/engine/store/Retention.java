package dev.lockstep.engine.store;

import dev.lockstep.CorruptLogException;
import dev.lockstep.ReadFailedException;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.frame.TrimBody;
import dev.lockstep.engine.frame.TrimBody.Trim;
import dev.lockstep.engine.index.PartitionIndex;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.log.LogUnit;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.log.Urgency;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Removes the first messages of partitions, as far as their topics do not retain them. */
final class Retention {
  private final SegmentLog log;
  private final DerivedState state;
  private final Clock clock;

  Retention(SegmentLog log, DerivedState state, Clock clock) {
    this.log = log;
    this.state = state;
    this.clock = clock;
  }

  /**
   * Looks at all topics. What is removed is removed durably when this returns.
   *
   * @param problems is told what can't be read; the other topics have their turn nevertheless
   * @return of how many partitions something was removed
   */
  int runOnce(Consumer<Exception> problems) {
    List<Trim> trims = new ArrayList<>();
    for (TopicState topic : state.topics().all()) {
      if (isLimited(topic.config())) {
        try {
          addTrims(topic, trims);
        } catch (CorruptLogException | ReadFailedException | IOException e) {
          problems.accept(e);
        }
      }
    }
    for (int from = 0; from < trims.size(); from += TrimBody.MAX_TRIMS) {
      int to = Math.min(trims.size(), from + TrimBody.MAX_TRIMS);
      TrimBody body = new TrimBody(List.copyOf(trims.subList(from, to)));
      log.append(LogUnit.of(body.encode(), () -> state.trim(body)), Urgency.RECLAIM).await();
    }
    return trims.size();
  }

  private static boolean isLimited(TopicConfig config) {
    return hasLimit(config) || config.isRetainedUntilConsumed();
  }

  private static boolean hasLimit(TopicConfig config) {
    return config.retainFor().isPresent() || config.retainBytes().isPresent();
  }

  private void addTrims(TopicState topic, List<Trim> trims) throws IOException {
    TopicConfig config = topic.config();
    if (config.isRetainedUntilConsumed()
        && config.tombstoneRetention().isPresent()
        && !hasLimit(config)) {
      return; // the newest message of each key stays, whoever has consumed it
    }
    List<PartitionIndex> partitions = topic.partitions();
    for (int i = 0; i < partitions.size(); i++) {
      PartitionIndex index = partitions.get(i);
      long first = firstRetained(config, index, state.groups().consumed(topic, i));
      if (first > index.first()) {
        trims.add(new Trim(topic.id(), i, first));
      }
    }
  }

  private long firstRetained(TopicConfig config, PartitionIndex index, OptionalLong consumed)
      throws IOException {
    long limit = hasLimit(config) ? beyondLimits(config, index) : index.end();
    return config.isRetainedUntilConsumed()
        ? Math.min(limit, consumed.orElse(index.first()))
        : limit;
  }

  private long beyondLimits(TopicConfig config, PartitionIndex index) throws IOException {
    long first = index.first();
    if (config.retainFor().isPresent()) {
      first = Math.max(first, firstSince(index, config.retainFor().get()));
    }
    if (config.retainBytes().isPresent()) {
      first = Math.max(first, index.firstWithin(config.retainBytes().getAsLong()));
    }
    return first;
  }

  private long firstSince(PartitionIndex index, Duration age) throws IOException {
    long end = index.end(); // before the look: what comes meanwhile is young enough
    long oldest = clock.millis() - age.toMillis();
    return oldest <= 0 ? 0 : index.offsetAt(Instant.ofEpochMilli(oldest)).orElse(end);
  }
}
