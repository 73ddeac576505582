package dev.lockstep.outbox.relay;

import dev.lockstep.ClosedException;
import dev.lockstep.LockstepException;
import dev.lockstep.LogFailedException;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.outbox.RelayPort;
import dev.lockstep.outbox.relay.Obstacle.Kind;
import dev.lockstep.outbox.relay.RelayBatch.Buried;
import dev.lockstep.outbox.relay.RelayBatch.Done;
import dev.lockstep.outbox.relay.RelayBatch.FencedException;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a relay does all the time, on a thread of its own. */
final class RelayThread {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  private static final Duration FIRST_DELAY = Duration.ofMillis(50);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(5);
  private static final Duration STANDBY_DELAY = Duration.ofSeconds(1);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);
  private static final Duration CLEAN_EVERY = Duration.ofSeconds(1);

  private final RelaySettings settings;
  private final RelaySession session;
  private final RelayBatch batch;
  private final PartitionCleaner cleaner;
  private final RelayDoubts doubts;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicLong relayed = new AtomicLong();
  private final Thread thread;
  private volatile Optional<Obstacle> obstacle = Optional.empty();
  private volatile Optional<Obstacle> unclean = Optional.empty();
  private volatile boolean leading;

  // Of the thread alone:
  private @Nullable OutboxTable table;
  private int failures;
  private int failedCleanings;
  private long cleaned = System.nanoTime();

  /** Whether an earlier batch may have been left undecided. */
  private boolean doubtful;

  RelayThread(RelaySettings settings) {
    this.settings = settings;
    this.session = new RelaySession(settings.source(), settings.channel());
    this.batch = new RelayBatch(settings);
    this.cleaner = new PartitionCleaner(settings);
    this.doubts = new RelayDoubts(RelayPort.of(settings.transactions()));
    this.thread = new Thread(this::run, "lockstep-outbox-relay-" + settings.table());
    thread.setDaemon(true);
  }

  // From here on, for all threads.

  void start() {
    thread.start();
  }

  long relayed() {
    return relayed.get();
  }

  Optional<Obstacle> obstacle() {
    return obstacle;
  }

  /** That, and what keeps it from cleaning up. */
  List<Obstacle> obstacles() {
    return Stream.of(obstacle, unclean).flatMap(Optional::stream).toList();
  }

  boolean isLeading() {
    return leading;
  }

  /** Lets the batch that is running end, and gives the lock back. */
  void close() {
    closing.countDown();
    session.wake();
    try {
      if (!ended.await(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOGGER.log(
            Level.WARNING,
            "LSTP-0944: the relay of {0} has not ended within {1}; it ends with its batch, for"
                + " which the database has no answer yet",
            settings.table(),
            CLOSE_PATIENCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // From here on, for the thread alone.

  private void run() {
    try {
      while (!isClosing()) {
        step();
      }
    } finally {
      leave();
      ended.countDown();
    }
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  /** Does what is next, once, and waits as long as there is nothing to do. */
  private void step() {
    try {
      if (!lead()) {
        RelaySession.pause(shorter(settings.pollInterval(), STANDBY_DELAY), closing);
        return;
      }
      if (doubtful) {
        doubts.remember();
        doubtful = false;
      }
      Set<String> open = doubts.open();
      if (!open.isEmpty()) {
        hindered(
            new Obstacle(
                Kind.IN_DOUBT,
                "the relay of "
                    + settings.table()
                    + " waits for transactions that are in doubt and may be batches of it: "
                    + String.join(", ", open)),
            Optional.empty());
        return;
      }
      Done done = batch.move(found(), session.backend());
      report(done);
      clean();
      if (!done.more()) {
        session.await(settings.pollInterval(), closing);
      }
    } catch (UnsendableRowException e) {
      hindered(
          new Obstacle(
              Kind.UNSENDABLE,
              "row "
                  + e.row()
                  + " of "
                  + settings.table()
                  + " can't be sent, and the relay stands still before it: "
                  + e.getMessage()),
          Optional.of(e));
    } catch (OutcomeUnknownException e) {
      LOGGER.log(Level.DEBUG, "a batch whose outcome is not known yet", e);
      doubtful = true;
    } catch (FencedException e) {
      leave();
      hindered(
          new Obstacle(
              Kind.FENCED,
              "the relay of "
                  + settings.table()
                  + " has lost its lock with its session, and applies for it anew"),
          Optional.empty());
    } catch (ClosedException | LogFailedException e) {
      over(e);
    } catch (SQLException | LockstepException e) {
      if (!session.isAlive()) {
        leave();
      }
      hindered(
          new Obstacle(
              Kind.TROUBLE,
              "the relay of " + settings.table() + " can't go on right now: " + e.getMessage()),
          Optional.of(e));
    } catch (RuntimeException | Error e) {
      leave();
      hindered(
          new Obstacle(
              Kind.FAILED,
              "the relay of " + settings.table() + " failed where it never should: " + e),
          Optional.of(e));
    }
  }

  /** Cleans up, where that is not done with each batch, now and then. */
  private void clean() throws SQLException {
    long now = System.nanoTime();
    if (found().kept().isEmpty() || now - cleaned < CLEAN_EVERY.toNanos()) {
      return;
    }
    cleaned = now;
    try {
      int truncated = cleaner.clean(found());
      LOGGER.log(Level.DEBUG, "{0} partitions of {1} truncated", truncated, settings.table());
      failedCleanings = 0;
      unclean = Optional.empty();
    } catch (SQLException | TransactionRolledBackException e) {
      failedCleanings++;
      Obstacle by =
          new Obstacle(
              Kind.UNCLEAN,
              "partitions of " + settings.table() + " can't be truncated: " + e.getMessage());
      unclean = Optional.of(by);
      if (by.kind().isToBeSaid(failedCleanings)) {
        log(by.kind().level(), by, Optional.of(e));
      }
    }
  }

  /** Whether this relay is the one that works, as far as it knows. */
  private boolean lead() throws SQLException {
    if (leading) {
      return true;
    }
    if (!session.isOpen()) {
      OutboxSurvey survey = batch.survey(); // the table may be another one of that name now
      table =
          survey.table().orElseThrow(() -> new SQLException(String.join("; ", survey.problems())));
      session.open();
    }
    if (!session.lock(found())) {
      cleared();
      return false;
    }
    batch.fence(found());
    OutboxTable now = look(); // it may be another one, or used in another way, since it stood by
    if (now.oid() != found().oid()) {
      leave();
      return false;
    }
    table = now;
    doubtful = true; // the relay before this one may have left some
    leading = true;
    return true;
  }

  private OutboxTable look() throws SQLException {
    OutboxSurvey survey = batch.survey();
    return survey.table().orElseThrow(() -> new SQLException(String.join("; ", survey.problems())));
  }

  private OutboxTable found() throws SQLException {
    OutboxTable found = table;
    if (found == null) {
      throw new SQLException("the table was not looked at yet");
    }
    return found;
  }

  private void leave() {
    leading = false;
    session.giveBack();
  }

  private void report(Done done) {
    relayed.addAndGet(done.sent());
    cleared();
    for (Buried row : done.buried()) {
      LOGGER.log(
          Level.WARNING,
          "LSTP-0941: row {0} of {1} could not be sent, and is in the table of dead letters now:"
              + " {2}",
          row.row(),
          settings.table(),
          row.reason());
    }
  }

  private void cleared() {
    failures = 0;
    obstacle = Optional.empty();
  }

  /** Says what is in the way, and waits a while. */
  private void hindered(Obstacle by, Optional<Throwable> cause) {
    if (isClosing()) {
      log(Level.DEBUG, by, cause);
      return;
    }
    boolean isNew = obstacle.filter(before -> before.kind() == by.kind()).isEmpty();
    failures = isNew ? 1 : failures + 1;
    obstacle = Optional.of(by);
    if (by.kind().isToBeSaid(failures)) {
      log(by.kind().level(), by, cause);
    }
    Duration delay = FIRST_DELAY.multipliedBy(1L << Math.min(failures, 20));
    RelaySession.pause(shorter(delay, LONGEST_DELAY), closing);
  }

  private static void log(Level level, Obstacle by, Optional<Throwable> cause) {
    if (cause.isPresent()) {
      LOGGER.log(level, by.toString(), cause.get());
    } else {
      LOGGER.log(level, by.toString());
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private void over(LockstepException e) {
    hindered(
        new Obstacle(
            Kind.OVER,
            "the relay of " + settings.table() + " has ended with its log: " + e.getMessage()),
        Optional.of(e));
    closing.countDown();
  }
}
