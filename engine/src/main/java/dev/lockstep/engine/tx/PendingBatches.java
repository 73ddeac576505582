package dev.lockstep.engine.tx;

import dev.lockstep.Compression;
import dev.lockstep.engine.batch.BatchBuilder;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.index.Traits;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.engine.tx.OffsetClaims.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The messages of a branch for compressed topics that wait for more of the same partition. Guarded
 * by the branch's monitor.
 */
final class PendingBatches {
  private final BranchContext context;
  private final Sealed sealed;
  private Map<Target, Batch> batches = Map.of();

  /** Where frames go. */
  @FunctionalInterface
  interface Sealed {
    /**
     * Takes the frames of a batch.
     *
     * @param target where the messages go
     * @param frames one that has all messages, or one for each
     * @param traits those of the messages, in their order
     */
    void add(Target target, List<Frame> frames, List<Traits> traits);
  }

  private record Batch(BatchBuilder builder, List<Traits> traits) {}

  PendingBatches(BranchContext context, Sealed sealed) {
    this.context = context;
    this.sealed = sealed;
  }

  boolean isEmpty() {
    return batches.values().stream().allMatch(batch -> batch.traits().isEmpty());
  }

  /**
   * Takes a message, if its topic is compressed now. Frames of earlier ones for the same partition
   * are handed over first where their batch is full, or compressed in another way, or where the
   * topic is compacted.
   */
  boolean take(Frame message, Traits traits, Target target, TopicState topic) {
    Compression compression = topic.config().compression();
    if (compression == Compression.NONE && batches.isEmpty()) {
      return false;
    }
    if (compression == Compression.NONE) {
      sealIfPresent(target);
      return false;
    }
    Batch batch = batch(target, compression, topic);
    if (!batch.builder().hasRoomFor(message) || mayDieAlone(batch, topic)) {
      seal(target, batch);
    }
    batch.builder().add(message);
    batch.traits().add(traits);
    return true;
  }

  /**
   * Whether what is in a batch should be alone: compaction removes single messages, and the room of
   * a batch is given back only with the last of them.
   */
  private static boolean mayDieAlone(Batch batch, TopicState topic) {
    return batch.builder().count() > 0 && topic.config().tombstoneRetention().isPresent();
  }

  private Batch batch(Target target, Compression compression, TopicState topic) {
    Batch found = batches.get(target);
    if (found != null && found.builder().compression() == compression) {
      return found;
    }
    BatchBuilder builder =
        new BatchBuilder(
            context.compressors().require(compression, "a message to '" + topic.name() + "'"),
            context.limits().batchBytes());
    sealIfPresent(target);
    if (batches.isEmpty()) {
      batches = new LinkedHashMap<>();
    }
    Batch batch = new Batch(builder, new ArrayList<>());
    batches.put(target, batch);
    return batch;
  }

  private void sealIfPresent(Target target) {
    Batch batch = batches.get(target);
    if (batch != null) {
      seal(target, batch);
    }
  }

  /** Hands over everything. */
  void seal() {
    batches.forEach(this::seal);
  }

  private void seal(Target target, Batch batch) {
    if (!batch.traits().isEmpty()) {
      sealed.add(target, batch.builder().frames(), batch.traits());
      batch.traits().clear();
    }
  }
}
