package dev.lockstep;

import dev.lockstep.spi.Allowances;
import dev.lockstep.spi.CodecProvider;
import dev.lockstep.spi.ConsumerInterceptor;
import dev.lockstep.spi.LogListener;
import dev.lockstep.spi.Participant;
import dev.lockstep.spi.ProducerInterceptor;
import dev.lockstep.spi.TransactionBinding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Where a log is and how it behaves. Immutable; built and checked by {@link Builder#build()}. */
public final class LockstepConfig {
  private final Path dataDir;
  private final Durability durability;
  private final Duration forceInterval;
  private final long segmentSize;
  private final int maxMessageBytes;
  private final long maxTransactionBytes;
  private final long spillThreshold;
  private final long diskBudget;
  private final OutsideTransaction outsideTransaction;
  private final OnLogFailure onLogFailure;
  private final TransactionBinding transactions;
  private final List<CodecProvider> codecs;
  private final List<ProducerInterceptor> producerInterceptors;
  private final List<ConsumerInterceptor> consumerInterceptors;
  private final List<LogListener> listeners;
  private final List<Participant> participants;
  private final Allowances allowances;
  private final Optional<CommitPath> commitPath;

  private LockstepConfig(Builder builder, Path dataDir, Optional<CommitPath> commitPath) {
    this.dataDir = dataDir;
    this.durability = builder.durability;
    this.forceInterval = builder.forceInterval;
    this.segmentSize = builder.segmentSize;
    this.maxMessageBytes = builder.maxMessageBytes;
    this.maxTransactionBytes = builder.maxTransactionBytes;
    this.spillThreshold = builder.spillThreshold;
    this.diskBudget = builder.diskBudget;
    this.transactions = builder.transactions;
    this.outsideTransaction = builder.outsideTransaction.orElse(defaultFor(builder.transactions));
    this.onLogFailure = builder.onLogFailure;
    this.codecs = List.copyOf(builder.codecs);
    this.producerInterceptors = List.copyOf(builder.producerInterceptors);
    this.consumerInterceptors = List.copyOf(builder.consumerInterceptors);
    this.listeners = List.copyOf(builder.listeners);
    this.participants = List.copyOf(builder.participants);
    this.allowances = Allowances.of(builder.allowed);
    this.commitPath = commitPath;
  }

  private static OutsideTransaction defaultFor(TransactionBinding binding) {
    return binding == TransactionBinding.none()
        ? OutsideTransaction.OWN_TRANSACTION
        : OutsideTransaction.REJECT;
  }

  /**
   * A builder with the defaults; only the data directory must be set.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The directory of the log's files.
   *
   * @return the directory
   */
  public Path dataDir() {
    return dataDir;
  }

  /**
   * When a commit may return.
   *
   * @return the durability
   */
  public Durability durability() {
    return durability;
  }

  /**
   * The time between two forces under {@link Durability#INTERVAL}.
   *
   * @return the interval
   */
  public Duration forceInterval() {
    return forceInterval;
  }

  /**
   * The size of a segment file.
   *
   * @return bytes
   */
  public long segmentSize() {
    return segmentSize;
  }

  /**
   * The limit for one message: key, headers and payload together.
   *
   * @return bytes
   */
  public int maxMessageBytes() {
    return maxMessageBytes;
  }

  /**
   * The limit for one transaction: the sum of its messages, with some 220 bytes for each besides
   * its key, headers and payload.
   *
   * @return bytes
   */
  public long maxTransactionBytes() {
    return maxTransactionBytes;
  }

  /**
   * How much of a transaction is held in memory; what is more goes to the log at once.
   *
   * @return bytes
   */
  public long spillThreshold() {
    return spillThreshold;
  }

  /**
   * What all files of the log may take together.
   *
   * @return bytes; 0: as much as the disk has
   */
  public long diskBudget() {
    return diskBudget;
  }

  /**
   * What happens to a send or poll outside a transaction.
   *
   * @return the policy
   */
  public OutsideTransaction outsideTransaction() {
    return outsideTransaction;
  }

  /**
   * What happens when a force fails.
   *
   * @return the policy
   */
  public OnLogFailure onLogFailure() {
    return onLogFailure;
  }

  /**
   * How a call finds the transaction of its thread.
   *
   * @return the binding
   */
  public TransactionBinding transactions() {
    return transactions;
  }

  /**
   * How transactions of the binding are made atomic: as was configured, or else as the binding does
   * it by default.
   *
   * @return the path; empty if none is configured, and the binding does not say
   */
  public Optional<CommitPath> commitPath() {
    return commitPath;
  }

  /**
   * The codec providers, beside those on the class path and the built-in ones for byte arrays and
   * strings.
   *
   * @return the providers
   */
  public List<CodecProvider> codecs() {
    return codecs;
  }

  /**
   * Those who see every message before it is sent.
   *
   * @return the interceptors, in the order in which they are called
   */
  public List<ProducerInterceptor> producerInterceptors() {
    return producerInterceptors;
  }

  /**
   * Those who see what a poll is about to return.
   *
   * @return the interceptors, in the order in which they are called
   */
  public List<ConsumerInterceptor> consumerInterceptors() {
    return consumerInterceptors;
  }

  /**
   * Those who are told what the log does.
   *
   * @return the listeners
   */
  public List<LogListener> listeners() {
    return listeners;
  }

  /**
   * What else takes part in the same transactions, for the doctor and the in-doubt desk.
   *
   * @return the participants
   */
  public List<Participant> participants() {
    return participants;
  }

  /**
   * What is unsafe and allowed all the same.
   *
   * @return the allowances
   */
  public Allowances allowances() {
    return allowances;
  }

  /** Collects settings; {@link #build()} checks them all. Not thread-safe. */
  public static final class Builder {
    private static final long KIB = 1024;
    private static final long MIB = KIB * 1024;
    private static final long MIN_SEGMENT = 64 * KIB;
    private static final long MAX_SEGMENT = 1024 * MIB;

    /** The one in use, three ahead of it, one for the next open, and some that hold messages. */
    private static final long MIN_BUDGET_SEGMENTS = 8;

    private static final String COMMIT_PATH = "lockstep.commit-path";

    private Optional<Path> dataDir = Optional.empty();
    private Durability durability = Durability.FORCED;
    private Duration forceInterval = Duration.ofMillis(100);
    private long segmentSize = 64 * MIB;
    private int maxMessageBytes = (int) (8 * MIB);
    private long maxTransactionBytes = 64 * MIB;
    private long spillThreshold = MIB;
    private long diskBudget;
    private Optional<OutsideTransaction> outsideTransaction = Optional.empty();
    private OnLogFailure onLogFailure = OnLogFailure.HALT;
    private TransactionBinding transactions = TransactionBinding.none();
    private Optional<CommitPath> commitPath = Optional.empty();
    private final List<CodecProvider> codecs = new ArrayList<>();
    private final List<ProducerInterceptor> producerInterceptors = new ArrayList<>();
    private final List<ConsumerInterceptor> consumerInterceptors = new ArrayList<>();
    private final List<LogListener> listeners = new ArrayList<>();
    private final List<Participant> participants = new ArrayList<>();
    private final List<String> allowed = new ArrayList<>();

    private Builder() {}

    /**
     * The directory of the log's files; created if absent. Required. Not a network file system, and
     * not one that lives in memory.
     *
     * @param directory the directory
     * @return this
     */
    public Builder dataDir(Path directory) {
      this.dataDir = Optional.of(directory);
      return this;
    }

    /**
     * When a commit may return. Default: {@link Durability#FORCED}.
     *
     * @param durability the durability
     * @return this
     */
    public Builder durability(Durability durability) {
      this.durability = durability;
      return this;
    }

    /**
     * The time between two forces under {@link Durability#INTERVAL}. Default: 100 ms.
     *
     * @param interval from 1 ms to 1 minute
     * @return this
     */
    public Builder forceInterval(Duration interval) {
      this.forceInterval = interval;
      return this;
    }

    /**
     * The size of a segment file, fixed when the directory is first opened. Default: 64 MiB.
     *
     * @param bytes a multiple of 4096, from 64 KiB to 1 GiB
     * @return this
     */
    public Builder segmentSize(long bytes) {
      this.segmentSize = bytes;
      return this;
    }

    /**
     * The limit for one message: key, headers and payload together. Default: 8 MiB.
     *
     * @param bytes at least 1 KiB, at most half a segment
     * @return this
     */
    public Builder maxMessageBytes(int bytes) {
      this.maxMessageBytes = bytes;
      return this;
    }

    /**
     * The limit for one transaction: the sum of its messages, with some 220 bytes for each besides
     * its key, headers and payload. It may be larger than the heap: what exceeds {@link
     * #spillThreshold} does not stay in memory, but for some 100 bytes that lead to each message. A
     * transaction of one message is always within the limit. Default: 64 MiB.
     *
     * @param bytes at least the limit for one message
     * @return this
     */
    public Builder maxTransactionBytes(long bytes) {
      this.maxTransactionBytes = bytes;
      return this;
    }

    /**
     * How much of a transaction is held in memory. When its messages have more, they are written to
     * the log at once, and only what leads to them is kept; they become visible with the commit as
     * ever, and their room is given back after a rollback or a crash. Default: 1 MiB.
     *
     * @param bytes at least 1 KiB
     * @return this
     */
    public Builder spillThreshold(long bytes) {
      this.spillThreshold = bytes;
      return this;
    }

    /**
     * What all files of the log may take together: segments, indexes and what else is in its
     * directory. When it is used up, sends are refused with {@link DiskFullException}, room is
     * regained from messages that are gone, and work goes on as soon as there is some. Default: 0,
     * as much as the disk has.
     *
     * @param bytes 0, or at least 8 segments
     * @return this
     */
    public Builder diskBudget(long bytes) {
      this.diskBudget = bytes;
      return this;
    }

    /**
     * What happens to a send or poll outside a transaction. Default: {@link
     * OutsideTransaction#REJECT} with a transaction binding, else {@link
     * OutsideTransaction#OWN_TRANSACTION}.
     *
     * @param policy the policy
     * @return this
     */
    public Builder outsideTransaction(OutsideTransaction policy) {
      this.outsideTransaction = Optional.of(policy);
      return this;
    }

    /**
     * What happens when a force fails. Default: {@link OnLogFailure#HALT}.
     *
     * @param policy the policy
     * @return this
     */
    public Builder onLogFailure(OnLogFailure policy) {
      this.onLogFailure = policy;
      return this;
    }

    /**
     * How a call finds the transaction of its thread. Default: {@link TransactionBinding#none()}.
     *
     * @param binding the binding
     * @return this
     */
    public Builder transactions(TransactionBinding binding) {
      this.transactions = binding;
      return this;
    }

    /**
     * How transactions must be made atomic. The binding decides how they are; this is refused if
     * the binding can't do it so, and with {@link CommitPath#LOG_ONLY} a binding that could commit
     * in two phases rolls back what would need that. The system property {@code
     * lockstep.commit-path} says the same for all logs of a process: {@code log-only}, {@code
     * half-message} or {@code xa}. Default: as the binding does it.
     *
     * @param path the path
     * @return this
     */
    public Builder commitPath(CommitPath path) {
      this.commitPath = Optional.of(path);
      return this;
    }

    /**
     * Adds codec providers. They come before those on the class path and the built-in ones.
     *
     * @param providers the providers; the first one that has a codec for a type wins
     * @return this
     */
    public Builder codecs(CodecProvider... providers) {
      this.codecs.addAll(List.of(providers));
      return this;
    }

    /**
     * Adds an interceptor of sends.
     *
     * @param interceptor who sees every message before it is sent, after those added before
     * @return this
     */
    public Builder producerInterceptor(ProducerInterceptor interceptor) {
      this.producerInterceptors.add(interceptor);
      return this;
    }

    /**
     * Adds an interceptor of polls.
     *
     * @param interceptor who sees what a poll is about to return, after those added before
     * @return this
     */
    public Builder consumerInterceptor(ConsumerInterceptor interceptor) {
      this.consumerInterceptors.add(interceptor);
      return this;
    }

    /**
     * Adds a listener.
     *
     * @param listener who is told what the log does
     * @return this
     */
    public Builder listener(LogListener listener) {
      this.listeners.add(listener);
      return this;
    }

    /**
     * Names what else takes part in the same transactions, such as data sources. The doctor looks
     * at it, and the in-doubt desk shows its prepared branches.
     *
     * @param participants the participants
     * @return this
     */
    public Builder participants(Participant... participants) {
      this.participants.addAll(List.of(participants));
      return this;
    }

    /**
     * Allows something unsafe, by the name in the message that refuses it. It is logged at every
     * start. The system property {@code lockstep.allow} adds to these.
     *
     * @param names the names
     * @return this
     */
    public Builder allow(String... names) {
      this.allowed.addAll(List.of(names));
      return this;
    }

    /**
     * Checks all settings.
     *
     * @return the configuration
     * @throws InvalidConfigException naming every problem at once
     */
    public LockstepConfig build() {
      List<String> problems = new ArrayList<>();
      if (dataDir.isEmpty()) {
        problems.add("lockstep.data-dir is not set; name a directory on a local disk");
      }
      if (segmentSize < MIN_SEGMENT || segmentSize > MAX_SEGMENT || segmentSize % 4096 != 0) {
        problems.add(
            "lockstep.segment-size is "
                + segmentSize
                + " bytes; use a multiple of 4096 from 64 KiB to 1 GiB");
      }
      if (maxMessageBytes < KIB || maxMessageBytes > segmentSize / 2) {
        problems.add(
            "lockstep.max-message-size is "
                + maxMessageBytes
                + " bytes; use at least 1 KiB and at most half of lockstep.segment-size ("
                + segmentSize / 2
                + ")");
      }
      if (maxTransactionBytes < maxMessageBytes) {
        problems.add(
            "lockstep.max-transaction-size is "
                + maxTransactionBytes
                + " bytes; use at least lockstep.max-message-size ("
                + maxMessageBytes
                + ")");
      }
      if (spillThreshold < KIB) {
        problems.add(
            "lockstep.spill-threshold is " + spillThreshold + " bytes; use at least 1 KiB");
      }
      if (diskBudget != 0 && diskBudget < MIN_BUDGET_SEGMENTS * segmentSize) {
        problems.add(
            "lockstep.disk-budget is "
                + diskBudget
                + " bytes; use 0 for as much as the disk has, or at least "
                + MIN_BUDGET_SEGMENTS
                + " times lockstep.segment-size ("
                + MIN_BUDGET_SEGMENTS * segmentSize
                + ")");
      }
      if (forceInterval.compareTo(Duration.ofMillis(1)) < 0
          || forceInterval.compareTo(Duration.ofMinutes(1)) > 0) {
        problems.add("lockstep.force-interval is " + forceInterval + "; use 1 ms to 1 minute");
      }
      Optional<CommitPath> path = path(problems);
      if (dataDir.isPresent() && problems.isEmpty()) {
        return new LockstepConfig(this, dataDir.get(), path);
      }
      throw new InvalidConfigException(String.join("; ", problems));
    }

    private Optional<CommitPath> path(List<String> problems) {
      String property = System.getProperty(COMMIT_PATH, "").strip();
      Optional<CommitPath> ordered = property.isEmpty() ? commitPath : CommitPath.of(property);
      if (!property.isEmpty() && ordered.isEmpty()) {
        problems.add(
            COMMIT_PATH
                + " is '"
                + property
                + "'; use one of "
                + keys(List.of(CommitPath.values())));
      }
      if (commitPath.isPresent() && ordered.isPresent() && !commitPath.equals(ordered)) {
        problems.add(
            COMMIT_PATH
                + " is "
                + property
                + ", and this log is configured with commitPath "
                + commitPath.get().key()
                + "; let them agree");
      }
      List<CommitPath> possible = transactions.paths();
      ordered
          .filter(path -> !possible.isEmpty() && !possible.contains(path))
          .ifPresent(
              path ->
                  problems.add(
                      COMMIT_PATH
                          + " is "
                          + path.key()
                          + ", and the transaction binding of this log ("
                          + transactions.getClass().getSimpleName()
                          + ") can only do "
                          + keys(possible)
                          + "; use one of these, or another binding: NarayanaTransactions,"
                          + " ServerBinding or JtaBinding for xa and log-only, HalfMessages or"
                          + " JdbcTransactions for half-message, none for log-only"));
      return ordered.or(() -> possible.stream().findFirst());
    }

    private static String keys(List<CommitPath> paths) {
      return paths.stream().map(CommitPath::key).collect(Collectors.joining(", "));
    }
  }
}
