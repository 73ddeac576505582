package dev.lockstep.engine;

import dev.lockstep.Compression;
import dev.lockstep.Headers;
import dev.lockstep.LockstepConfig;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.batch.DeflateCompressor;
import dev.lockstep.engine.io.DirectoryStorage;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/**
 * A process with a small heap, whose segments each have very many very small messages. Those of one
 * topic are removed, so that all others have to move. It prints one line: how many are left.
 */
final class EvacuatingProcess {
  /** The messages that stay, a third of all. */
  static final int KEPT = 600_000;

  private static final int IN_TRANSACTION = 10_000;
  private static final int IN_CHECKPOINT = 200_000;

  private EvacuatingProcess() {}

  static LockstepConfig config(Path directory) {
    return LockstepConfig.builder().dataDir(directory).segmentSize(16 << 20).build();
  }

  static Engine open(Path directory) throws IOException {
    return EngineProvider.open(
        config(directory),
        DirectoryStorage.open(directory),
        DeflateCompressor.all(),
        Clock.systemUTC());
  }

  /**
   * Sends, removes and reclaims.
   *
   * @param args the data directory
   */
  public static void main(String[] args) throws IOException {
    try (Engine engine = open(Path.of(args[0]))) {
      engine.topics().create(TopicConfig.of("kept").compression(Compression.LZ4));
      engine.topics().create(TopicConfig.of("removed").compression(Compression.LZ4));
      for (int sent = 0; sent < KEPT; sent += IN_TRANSACTION) {
        send(engine, "kept");
        send(engine, "removed");
        send(engine, "removed");
        if (sent % IN_CHECKPOINT == 0) {
          engine.reclaimNow(); // so that no index is in memory only
        }
      }
      engine.reclaimNow();
      engine.topics().delete("removed");
      engine.reclaimNow();
      System.out.println(engine.topics().find("kept").orElseThrow().endOffset(0));
    }
  }

  private static void send(Engine engine, String topic) {
    Branch branch = engine.log().begin();
    for (int i = 0; i < IN_TRANSACTION; i++) {
      branch.append(new Envelope(topic, Optional.empty(), new byte[0], Headers.empty()));
    }
    branch.commitOnePhase();
  }
}
