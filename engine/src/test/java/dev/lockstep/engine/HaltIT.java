package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.LockstepConfig;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.io.Children;
import dev.lockstep.engine.io.PowerCutStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a process does by default when a force fails: it ends before anybody can act on that. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HaltIT {
  @Test
  void aFailedForceHaltsTheProcessBeforeItsCallersLearnOfIt() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Worker.class.getName())
            .start();
    Children.limited(process, Duration.ofMinutes(1));
    try {
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(err).isEqualTo(74);
      assertThat(out.strip()).isEqualTo("commits");
      assertThat(err).contains("LSTP-0313").contains("as ordered");
    } finally {
      process.destroyForcibly();
    }
  }

  /** Commits a transaction whose force fails. */
  static final class Worker {
    private Worker() {}

    public static void main(String[] args) throws IOException {
      PowerCutStorage storage = new PowerCutStorage(1);
      LockstepConfig config =
          LockstepConfig.builder()
              .dataDir(Path.of("memory"))
              .segmentSize(TestLogs.SEGMENT)
              .maxMessageBytes(TestLogs.MAX_MESSAGE)
              .maxTransactionBytes(TestLogs.MAX_TRANSACTION)
              .build();
      Engine engine = TestLogs.open(storage, config);
      engine.topics().create(TopicConfig.of("orders"));
      Thread.setDefaultUncaughtExceptionHandler((t, e) -> System.out.println("learned: " + e));
      System.out.println("commits");
      storage.failForce(1);
      new Work(engine, new Ledger()).send("orders", "key");
      System.out.println("returned");
    }
  }
}
