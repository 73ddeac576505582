package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.spi.Branch;
import dev.lockstep.spi.CodecProvider;
import dev.lockstep.spi.LogListener;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class LockstepConfigTest {
  private static final Path DIRECTORY = Path.of("data");
  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;

  @Test
  void defaults() {
    LockstepConfig config = LockstepConfig.builder().dataDir(DIRECTORY).build();

    assertThat(config.dataDir()).isEqualTo(DIRECTORY);
    assertThat(config.durability()).isEqualTo(Durability.FORCED);
    assertThat(config.forceInterval()).isEqualTo(Duration.ofMillis(100));
    assertThat(config.segmentSize()).isEqualTo(64 * MIB);
    assertThat(config.maxMessageBytes()).isEqualTo(8 * MIB);
    assertThat(config.maxTransactionBytes()).isEqualTo(64 * MIB);
    assertThat(config.spillThreshold()).isEqualTo(MIB);
    assertThat(config.diskBudget()).isZero();
    assertThat(config.onLogFailure()).isEqualTo(OnLogFailure.HALT);
    assertThat(config.transactions()).isSameAs(TransactionBinding.none());
    assertThat(config.codecs()).isEmpty();
    assertThat(config.listeners()).isEmpty();
    assertThat(config.participants()).isEmpty();
    assertThat(config.allowances().names()).isEmpty();
  }

  @Test
  void everySettingArrives() {
    TransactionBinding binding = new EmptyBinding();
    CodecProvider codecs = new NoCodecs();
    LogListener listener = new LogListener() {};

    LockstepConfig config =
        LockstepConfig.builder()
            .dataDir(DIRECTORY)
            .durability(Durability.INTERVAL)
            .forceInterval(Duration.ofMillis(7))
            .segmentSize(128 * KIB)
            .maxMessageBytes(2 * KIB)
            .maxTransactionBytes(3 * KIB)
            .spillThreshold(2 * KIB)
            .diskBudget(5 * MIB)
            .onLogFailure(OnLogFailure.REFUSE)
            .transactions(binding)
            .codecs(codecs)
            .listener(listener)
            .allow("tmpfs", "fsync-off")
            .build();

    assertThat(config.durability()).isEqualTo(Durability.INTERVAL);
    assertThat(config.forceInterval()).isEqualTo(Duration.ofMillis(7));
    assertThat(config.segmentSize()).isEqualTo(128 * KIB);
    assertThat(config.maxMessageBytes()).isEqualTo(2 * KIB);
    assertThat(config.maxTransactionBytes()).isEqualTo(3 * KIB);
    assertThat(config.spillThreshold()).isEqualTo(2 * KIB);
    assertThat(config.diskBudget()).isEqualTo(5 * MIB);
    assertThat(config.onLogFailure()).isEqualTo(OnLogFailure.REFUSE);
    assertThat(config.transactions()).isSameAs(binding);
    assertThat(config.codecs()).containsExactly(codecs);
    assertThat(config.listeners()).containsExactly(listener);
    assertThat(config.allowances().names()).containsExactly("fsync-off", "tmpfs");
  }

  @Test
  void bindingDecidesWhatHappensOutsideATransactionUnlessItIsSet() {
    LockstepConfig.Builder alone = LockstepConfig.builder().dataDir(DIRECTORY);
    assertThat(alone.build().outsideTransaction()).isEqualTo(OutsideTransaction.OWN_TRANSACTION);

    LockstepConfig.Builder bound = alone.transactions(new EmptyBinding());
    assertThat(bound.build().outsideTransaction()).isEqualTo(OutsideTransaction.REJECT);
    assertThat(
            bound
                .outsideTransaction(OutsideTransaction.OWN_TRANSACTION)
                .build()
                .outsideTransaction())
        .isEqualTo(OutsideTransaction.OWN_TRANSACTION);
  }

  @Test
  void builderCanGoOnWithoutChangingWhatItBuilt() {
    LockstepConfig.Builder builder = LockstepConfig.builder().dataDir(DIRECTORY);
    LockstepConfig before = builder.build();

    builder.codecs(new NoCodecs()).listener(new LogListener() {}).dataDir(Path.of("other"));

    assertThat(before.codecs()).isEmpty();
    assertThat(before.listeners()).isEmpty();
    assertThat(before.dataDir()).isEqualTo(DIRECTORY);
  }

  @Test
  void allProblemsAreNamedAtOnce() {
    LockstepConfig.Builder builder =
        LockstepConfig.builder()
            .segmentSize(1)
            .maxMessageBytes(0)
            .maxTransactionBytes(-1)
            .forceInterval(Duration.ZERO);

    assertThatThrownBy(builder::build)
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageStartingWith("LSTP-0201: lockstep.data-dir is not set")
        .hasMessageContainingAll(
            "lockstep.segment-size is 1 bytes",
            "lockstep.max-message-size is 0 bytes",
            "lockstep.max-transaction-size is -1 bytes",
            "lockstep.force-interval is PT0S");
  }

  /** A binding that can make its transactions atomic in some ways. */
  private static TransactionBinding able(CommitPath... paths) {
    return new TransactionBinding() {
      @Override
      public Optional<Branch> current(TransactionalLog log) {
        return Optional.empty();
      }

      @Override
      public List<CommitPath> paths() {
        return List.of(paths);
      }
    };
  }

  private static LockstepConfig.Builder with(CommitPath... paths) {
    return LockstepConfig.builder().dataDir(DIRECTORY).transactions(able(paths));
  }

  @Test
  void theCommitPathIsThatOfTheBinding() {
    assertThat(LockstepConfig.builder().dataDir(DIRECTORY).build().commitPath())
        .contains(CommitPath.LOG_ONLY);
    assertThat(with(CommitPath.XA, CommitPath.LOG_ONLY).build().commitPath())
        .contains(CommitPath.XA);
    assertThat(with().build().commitPath()).isEmpty();
  }

  @Test
  void theCommitPathMustAgreeWithTheBinding() {
    assertThat(
            with(CommitPath.XA, CommitPath.LOG_ONLY)
                .commitPath(CommitPath.LOG_ONLY)
                .build()
                .commitPath())
        .contains(CommitPath.LOG_ONLY);
    assertThat(with().commitPath(CommitPath.XA).build().commitPath()).contains(CommitPath.XA);
    LockstepConfig.Builder half = with(CommitPath.HALF_MESSAGE).commitPath(CommitPath.XA);
    assertThatThrownBy(half::build)
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContainingAll("lockstep.commit-path is xa", "can only do half-message");
    LockstepConfig.Builder none =
        LockstepConfig.builder().dataDir(DIRECTORY).commitPath(CommitPath.HALF_MESSAGE);
    assertThatThrownBy(none::build)
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("can only do log-only");
  }

  @Test
  void theCommitPathMayBeAPropertyOfTheProcess() {
    System.setProperty("lockstep.commit-path", "log-only");
    try {
      LockstepConfig.Builder both = with(CommitPath.XA, CommitPath.LOG_ONLY);
      assertThat(both.build().commitPath()).contains(CommitPath.LOG_ONLY);
      both.commitPath(CommitPath.XA);
      assertThatThrownBy(both::build)
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("let them agree");
      System.setProperty("lockstep.commit-path", "2pc");
      assertThatThrownBy(with(CommitPath.XA)::build)
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining(
              "lockstep.commit-path is '2pc'; use one of log-only, half-message, xa");
    } finally {
      System.clearProperty("lockstep.commit-path");
    }
  }

  static Stream<Arguments> limits() {
    return Stream.of(
        limit("segment-size", b -> b.segmentSize(64 * KIB).maxMessageBytes(KIB), true),
        limit("segment-size", b -> b.segmentSize(60 * KIB).maxMessageBytes(KIB), false),
        limit("segment-size", b -> b.segmentSize(64 * KIB + 1).maxMessageBytes(KIB), false),
        limit("segment-size", b -> b.segmentSize(1024 * MIB), true),
        limit("segment-size", b -> b.segmentSize(1024 * MIB + 4096), false),
        limit("max-message-size", b -> b.maxMessageBytes(KIB), true),
        limit("max-message-size", b -> b.maxMessageBytes(KIB - 1), false),
        limit("max-message-size", b -> b.segmentSize(16 * MIB), true),
        limit("max-message-size", b -> b.segmentSize(16 * MIB).maxMessageBytes(8 * MIB + 1), false),
        limit("max-transaction-size", b -> b.maxTransactionBytes(8 * MIB), true),
        limit("max-transaction-size", b -> b.maxTransactionBytes(8 * MIB - 1), false),
        limit("spill-threshold", b -> b.spillThreshold(KIB), true),
        limit("spill-threshold", b -> b.spillThreshold(KIB - 1), false),
        limit("disk-budget", b -> b.diskBudget(0), true),
        limit("disk-budget", b -> b.diskBudget(-1), false),
        limit("disk-budget", b -> b.diskBudget(8 * 64 * MIB), true),
        limit("disk-budget", b -> b.diskBudget(8 * 64 * MIB - 1), false),
        limit("force-interval", b -> b.forceInterval(Duration.ofMillis(1)), true),
        limit("force-interval", b -> b.forceInterval(Duration.ofNanos(999_999)), false),
        limit("force-interval", b -> b.forceInterval(Duration.ofMinutes(1)), true),
        limit("force-interval", b -> b.forceInterval(Duration.ofMillis(60_001)), false));
  }

  private static Arguments limit(
      String name, UnaryOperator<LockstepConfig.Builder> setting, boolean allowed) {
    return Arguments.of(name, setting, allowed);
  }

  @ParameterizedTest
  @MethodSource("limits")
  void limitsAreExact(String name, UnaryOperator<LockstepConfig.Builder> setting, boolean allowed) {
    LockstepConfig.Builder builder = setting.apply(LockstepConfig.builder().dataDir(DIRECTORY));

    if (allowed) {
      assertThat(builder.build().dataDir()).isEqualTo(DIRECTORY);
    } else {
      assertThatThrownBy(builder::build)
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageMatching("LSTP-0201: lockstep." + name + " is [^;]+; use [^;]+");
    }
  }

  private static final class EmptyBinding implements TransactionBinding {
    @Override
    public Optional<Branch> current(TransactionalLog log) {
      return Optional.empty();
    }
  }

  private static final class NoCodecs implements CodecProvider {
    @Override
    public <T> Optional<Codec<T>> codecFor(Class<T> type) {
      return Optional.empty();
    }
  }
}
