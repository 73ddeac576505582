package dev.lockstep.engine;

import dev.lockstep.Codec;
import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.Diagnosis;
import dev.lockstep.Durability;
import dev.lockstep.Groups;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Producer;
import dev.lockstep.Reader;
import dev.lockstep.ReaderConfig;
import dev.lockstep.Topics;
import dev.lockstep.Transactions;
import dev.lockstep.engine.batch.BatchReader;
import dev.lockstep.engine.batch.Compressors;
import dev.lockstep.engine.client.Client;
import dev.lockstep.engine.dedup.Deduplication;
import dev.lockstep.engine.group.GroupChanges;
import dev.lockstep.engine.group.GroupTable;
import dev.lockstep.engine.group.Members;
import dev.lockstep.engine.group.Reading;
import dev.lockstep.engine.index.PartitionReader;
import dev.lockstep.engine.index.TopicTable;
import dev.lockstep.engine.index.Visibility;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.jmx.LogFigures;
import dev.lockstep.engine.jmx.ManagementBeans;
import dev.lockstep.engine.log.ForcePolicy;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.store.Checkpointer;
import dev.lockstep.engine.store.DerivedState;
import dev.lockstep.engine.store.Store;
import dev.lockstep.engine.store.Upkeep;
import dev.lockstep.engine.tx.BranchContext;
import dev.lockstep.engine.tx.BranchTable;
import dev.lockstep.engine.tx.CommitClock;
import dev.lockstep.engine.tx.LogRecords;
import dev.lockstep.engine.tx.PreparedBranches;
import dev.lockstep.engine.tx.RecordTable;
import dev.lockstep.engine.tx.Resolutions;
import dev.lockstep.engine.tx.SpilledBranches;
import dev.lockstep.spi.TransactionRecords;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.management.MBeanServer;

/** Wires the rooms of the engine together, and takes them apart again. */
final class Engine implements Lockstep {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  private final LockstepConfig config;
  private final Doctor doctor;
  private final Storage storage;
  private final DerivedState state;
  private final Store store;
  private final SegmentLog log;
  private final Checkpointer checkpointer;
  private final BranchTable branches;
  private final LocalLog localLog;
  private final TopicsView topics;
  private final GroupsView groups;
  private final TransactionsView transactions;
  private final Client client;
  private final Visibility visibility;
  private final EngineEvents events;
  private final Clock clock;
  private final AtomicBoolean closed = new AtomicBoolean();
  private Optional<ManagementBeans> beans = Optional.empty();

  private Engine(
      LockstepConfig config,
      Doctor doctor,
      Storage storage,
      DerivedState state,
      Store store,
      SegmentLog log,
      Checkpointer checkpointer,
      PartitionReader reader,
      EngineEvents events,
      Visibility visibility,
      Compressors compressors,
      Clock clock) {
    this.config = config;
    this.doctor = doctor;
    this.storage = storage;
    this.state = state;
    this.store = store;
    this.log = log;
    this.checkpointer = checkpointer;
    this.events = events;
    this.visibility = visibility;
    this.clock = clock;
    Reading reading = new Reading(log, reader, visibility, clock);
    BranchContext context =
        new BranchContext(
            log,
            state.topics(),
            state.groups(),
            state.prepared(),
            state.resolutions(),
            state.spilled(),
            state.clock(),
            compressors,
            new Deduplication(reader, state.prepared().claimants()),
            BranchContext.Limits.of(config),
            events);
    this.branches = new BranchTable(context);
    GroupChanges groupChanges = new GroupChanges(state.groups(), log, visibility);
    Members members = new Members(groupChanges, reading, branches::begin);
    this.localLog =
        new LocalLog(context, branches, members, records(config, state, log), config.commitPath());
    this.topics = new TopicsView(log, state, compressors);
    this.groups = new GroupsView(log, state.topics(), state.groups(), groupChanges);
    this.transactions =
        new TransactionsView(
            log,
            state,
            config.transactions(),
            new Resolver(config.transactions(), branches),
            new InDoubtDesk(config.transactions(), config.participants()));
    this.client = new Client(config, localLog, topics, clock);
  }

  /** Only where a record is durable when its write returns: a transaction manager relies on it. */
  private static Optional<TransactionRecords> records(
      LockstepConfig config, DerivedState state, SegmentLog log) {
    return config.durability() == Durability.FORCED
        ? Optional.of(new LogRecords(log, state.records()))
        : Optional.empty();
  }

  static Engine open(
      LockstepConfig config,
      Doctor doctor,
      Storage storage,
      Compressors compressors,
      Clock clock,
      Duration upkeepEvery)
      throws IOException {
    Visibility visibility = new Visibility();
    TopicTable topics = new TopicTable(storage, config.segmentSize());
    DerivedState state =
        new DerivedState(
            topics,
            new GroupTable(topics),
            new PreparedBranches(),
            new Resolutions(),
            new SpilledBranches(),
            new RecordTable(),
            new CommitClock(clock));
    EngineEvents events = new EngineEvents(visibility, config.listeners(), config.onLogFailure());
    Store store = new Store(storage, state);
    ForcePolicy policy = new ForcePolicy(config.durability(), config.forceInterval());
    SegmentLog log = store.open(config.segmentSize(), policy, events);
    if (log.cutBytes() > 0) {
      LOGGER.log(
          System.Logger.Level.INFO,
          "LSTP-0310: cut {0} bytes of a torn tail at position {1} in {2}; none of it was"
              + " acknowledged",
          log.cutBytes(),
          log.replayedTo(),
          storage.location());
    }
    PartitionReader reader = new PartitionReader(log, new BatchReader(compressors));
    Upkeep upkeep = new Upkeep(log, state, reader, clock);
    Checkpointer checkpointer =
        new Checkpointer(store, upkeep, state, log, config.segmentSize(), upkeepEvery);
    events.onGrowth(checkpointer::grown);
    events.onPressure(checkpointer::pressed);
    Engine engine =
        new Engine(
            config,
            doctor,
            storage,
            state,
            store,
            log,
            checkpointer,
            reader,
            events,
            visibility,
            compressors,
            clock);
    log.start();
    checkpointer.start();
    checkpointer.grown(log.replayedBytes());
    try {
      config.transactions().attach(engine.localLog);
      engine.admit();
    } catch (RuntimeException | Error e) {
      engine.shutDown(e);
      throw e;
    }
    return engine;
  }

  private void admit() {
    try {
      doctor.attached();
    } catch (RuntimeException e) {
      config.transactions().detach(localLog);
      throw e;
    }
  }

  /** Shows the log through JMX, until it is closed. Called once, before anybody else has it. */
  void manage(MBeanServer server) {
    LogFigures figures =
        new LogFigures(
            storage.location(),
            log.id(),
            log.incarnation(),
            config.commitPath(),
            () -> DiskUse.of(storage, config.diskBudget()),
            this::checkpoints,
            topics,
            groups,
            transactions,
            clock);
    beans = Optional.of(ManagementBeans.register(server, figures, events.metrics()));
  }

  private LogFigures.Checkpoints checkpoints() {
    Optional<Store.Written> newest = store.written();
    long now = System.nanoTime();
    return new LogFigures.Checkpoints(
        newest.map(
            written ->
                new LogFigures.Written(
                    written.count(), Duration.ofNanos(now - written.atNanos()), written.took())),
        log.forced() - newest.map(Store.Written::position).orElse(log.replayedFrom()));
  }

  /** Sees to retention and compaction, writes a checkpoint and gives room back, for tests. */
  void reclaimNow() {
    checkpointer.runNow();
  }

  /** Rolls back the branches whose time has run out, for tests. */
  void expireNow() {
    branches.expireDue();
  }

  /** What is derived from the log, for tests. */
  DerivedState state() {
    return state;
  }

  /** The log as integrations drive it, for tests. */
  LocalLog log() {
    return localLog;
  }

  @Override
  public <T> Producer<T> producer(String topic, Class<T> payload) {
    return client.producer(topic, payload);
  }

  @Override
  public <T> Producer<T> producer(String topic, Codec<T> codec) {
    return client.producer(topic, codec);
  }

  @Override
  public <T> Consumer<T> consumer(ConsumerConfig<T> consumer) {
    return client.consumer(consumer);
  }

  @Override
  public <T> Reader<T> reader(ReaderConfig<T> reader) {
    return client.reader(reader);
  }

  @Override
  public <T> Codec<T> codec(Class<T> payload) {
    return client.codec(payload);
  }

  @Override
  public Topics topics() {
    return topics;
  }

  @Override
  public Groups groups() {
    return groups;
  }

  @Override
  public Transactions transactions() {
    return transactions;
  }

  @Override
  public Diagnosis diagnose() {
    log.checkOpen();
    return doctor.diagnose();
  }

  @Override
  public <R, E extends Exception> R inTransaction(Work<R, E> work) throws E {
    return client.inTransaction(work);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      Shutdown shutdown = new Shutdown(config.dataDir());
      beans.ifPresent(ManagementBeans::close);
      shutdown.step(client::close);
      shutdown.step(() -> config.transactions().detach(localLog));
      shutdown.step(branches::close);
      shutdown.step(checkpointer::close);
      releaseFiles(shutdown);
      shutdown.finish();
    }
  }

  private void shutDown(Throwable cause) {
    closed.set(true);
    Shutdown shutdown = new Shutdown(config.dataDir());
    shutdown.step(branches::close);
    shutdown.step(checkpointer::stop);
    releaseFiles(shutdown);
    shutdown.failures().forEach(cause::addSuppressed);
  }

  private void releaseFiles(Shutdown shutdown) {
    shutdown.step(log::close);
    shutdown.step(visibility::wake);
    shutdown.step(state.topics()::close);
    shutdown.step(storage::close);
  }
}
