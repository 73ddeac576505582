package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Headers;
import dev.lockstep.LogFailedException;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.batch.DeflateCompressor;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Branch.State;
import dev.lockstep.spi.Envelope;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The virtual machine fails amid a commit: the transaction did not happen, and the log opens. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class BrokenAppendTest {
  private final PowerCutStorage storage = new PowerCutStorage(31);
  private final BreakingClock clock = new BreakingClock();

  /** Runs out of stack when it is asked, if it is told so. */
  private static final class BreakingClock extends Clock {
    private volatile boolean broken;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException("always UTC");
    }

    @Override
    public Instant instant() {
      if (broken) {
        throw new StackOverflowError();
      }
      return Instant.ofEpochMilli(1_000_000_000_000L);
    }
  }

  private Engine open(PowerCutStorage in) throws Exception {
    return EngineProvider.open(TestLogs.config(), in, DeflateCompressor.all(), clock);
  }

  private static Branch send(Engine engine, int bytes) {
    Branch branch = engine.log().begin();
    branch.append(new Envelope("orders", Optional.empty(), new byte[bytes], Headers.empty()));
    return branch;
  }

  private static long end(Engine engine) {
    return engine.topics().find("orders").orElseThrow().endOffset(0);
  }

  @ParameterizedTest
  @EnumSource
  void aCommitThatIsBrokenOffDidNotHappen(Loss loss) throws Exception {
    Engine engine = open(storage);
    engine.topics().create(TopicConfig.of("orders"));
    send(engine, 10).commitOnePhase();
    Branch broken = send(engine, 20);
    clock.broken = true;
    assertThatThrownBy(broken::commitOnePhase).isInstanceOf(StackOverflowError.class);
    clock.broken = false;
    assertThat(broken.state()).isEqualTo(State.ROLLED_BACK);
    assertThatThrownBy(() -> send(engine, 30).commitOnePhase())
        .isInstanceOf(LogFailedException.class);

    PowerCutStorage left = storage.afterCut(loss);
    TestLogs.closeFailed(engine);
    try (Engine again = open(left)) {
      assertThat(end(again)).isEqualTo(1);
      send(again, 40).commitOnePhase();
      assertThat(end(again)).isEqualTo(2);
    }
  }
}
