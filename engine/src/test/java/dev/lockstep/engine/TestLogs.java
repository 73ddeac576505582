package dev.lockstep.engine;

import static org.awaitility.Awaitility.await;

import dev.lockstep.LockstepConfig;
import dev.lockstep.LogFailedException;
import dev.lockstep.OnLogFailure;
import dev.lockstep.engine.batch.Compressors;
import dev.lockstep.engine.batch.DeflateCompressor;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.engine.log.SealedFrames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32C;

/** Opens small logs in simulated storages. */
final class TestLogs {
  static final int SEGMENT = 64 * 1024;
  static final int MAX_MESSAGE = 32 * 1024;
  static final int MAX_TRANSACTION = 256 * 1024;
  static final int SPILL = 96 * 1024;

  private static final int SEGMENT_HEADER = 4096;

  private TestLogs() {}

  /** Small segments; a log that fails says so and leaves the process alone. */
  static LockstepConfig.Builder config(Path directory) {
    return LockstepConfig.builder()
        .dataDir(directory)
        .segmentSize(SEGMENT)
        .maxMessageBytes(MAX_MESSAGE)
        .maxTransactionBytes(MAX_TRANSACTION)
        .spillThreshold(SPILL)
        .onLogFailure(OnLogFailure.REFUSE);
  }

  static LockstepConfig config() {
    return config(Path.of("memory")).build();
  }

  static Engine open(Storage storage) throws IOException {
    return open(storage, config());
  }

  static Engine open(Storage storage, LockstepConfig config) throws IOException {
    return open(storage, config, DeflateCompressor.all());
  }

  static Engine open(Storage storage, LockstepConfig config, Compressors compressors)
      throws IOException {
    return EngineProvider.open(config, storage, compressors, Clock.systemUTC());
  }

  /**
   * Opens a log that sees to retention and compaction when it is told to, or has grown, and not
   * because time has passed: how fast the machine is does not matter to what happens.
   */
  static Engine openWithoutTick(Storage storage, LockstepConfig config, Clock clock)
      throws IOException {
    return EngineProvider.open(
        config, storage, DeflateCompressor.all(), clock, Duration.ofDays(1_000));
  }

  /** The storage as the next process finds it after an orderly close, or after its kill. */
  static PowerCutStorage again(PowerCutStorage storage) {
    return storage.afterCut(Loss.KEEP);
  }

  /** A key whose messages go to a partition, of so many. */
  static String keyOf(int partition, int partitions) {
    for (int i = 0; ; i++) {
      CRC32C crc = new CRC32C();
      crc.update(("key" + i).getBytes(StandardCharsets.UTF_8));
      if (crc.getValue() % partitions == partition) {
        return "key" + i;
      }
    }
  }

  /** Waits until segments are given back: the thread that makes segments ahead takes them. */
  static void awaitReleased(PowerCutStorage storage, String... segments) {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> Collections.disjoint(storage.names(), List.of(segments)));
  }

  /** A group that began at the beginning of a topic. */
  static Ledger.Group groupFromStart(int partitions) {
    return new Ledger.Group(Collections.nCopies(partitions, 0L), Ledger.Certainty.CERTAIN);
  }

  /** Waits until an idle log has said that all of it is durable: that is its last frame then. */
  static void awaitIdle(PowerCutStorage storage) {
    await().atMost(Duration.ofSeconds(30)).until(() -> endsWithAWatermark(storage));
  }

  private static boolean endsWithAWatermark(PowerCutStorage storage) throws IOException {
    byte last = 0;
    for (String name : storage.names().stream().filter(n -> n.endsWith(".segment")).toList()) {
      byte[] bytes = storage.contents(name);
      long start = Long.parseLong(name.substring(0, name.indexOf('.')), 16) * SEGMENT;
      int at = SEGMENT_HEADER;
      while (SealedFrames.isAt(bytes, at, start + at)) {
        last = SealedFrames.type(bytes, at);
        at += SealedFrames.length(bytes, at);
      }
    }
    return last == Frame.WATERMARK;
  }

  /** Closes an engine whose log has failed: that is all that the close may complain of. */
  static void closeFailed(Engine engine) {
    try {
      engine.close();
    } catch (LogFailedException e) {
      // It says what failed, and that the next open recovers: the test goes on with that.
    }
  }
}
