package dev.lockstep.xa.narayana;

import com.arjuna.ats.arjuna.recovery.RecoveryManager;
import com.arjuna.ats.arjuna.recovery.RecoveryModule;
import com.arjuna.ats.internal.arjuna.recovery.AtomicActionRecoveryModule;
import com.arjuna.ats.internal.jta.recovery.arjunacore.RecoveryXids;
import com.arjuna.ats.internal.jta.recovery.arjunacore.XARecoveryModule;
import dev.lockstep.InvalidConfigException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Drives Narayana's recovery modules, one pass at a time: periodically on a thread of its own, and
 * on request. Narayana's own driver waits between the two halves of a pass, a whole second at the
 * least, only to have fewer transactions in flight to look at; these modules recognize them in any
 * case. Thread-safe.
 */
final class RecoveryPasses implements AutoCloseable {
  private static final Logger LOGGER = System.getLogger(RecoveryPasses.class.getName());
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);
  private static final Duration MAX_GRACE = Duration.ofSeconds(20);

  private final RecoveryManager manager;
  private final List<RecoveryModule> modules;
  private final XARecoveryModule resources;
  private final ResourceNames names;
  private final DoubtList doubts;
  private final Lock pass = new ReentrantLock();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;

  private RecoveryPasses(ResourceNames names, NarayanaSettings settings, RecoveryManager manager) {
    this.names = names;
    this.doubts = new DoubtList(names);
    this.manager = manager;
    this.modules = List.copyOf(manager.getModules());
    this.resources =
        modules.stream()
            .filter(XARecoveryModule.class::isInstance)
            .map(XARecoveryModule.class::cast)
            .findFirst()
            .orElseThrow();
    this.thread = new Thread(() -> runEvery(settings.recoveryInterval()), "lockstep-recovery");
  }

  /**
   * Starts recovery of the resources in the settings.
   *
   * @throws InvalidConfigException if somebody else runs Narayana's recovery in this JVM
   */
  static RecoveryPasses start(ResourceNames names, NarayanaSettings settings) {
    RecoveryManager manager;
    try {
      manager = RecoveryManager.manager(RecoveryManager.DIRECT_MANAGEMENT);
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigException(
          "Narayana's recovery manager runs already in this JVM, and not under the control of"
              + " Lockstep. Leave its start to NarayanaTransactions",
          e);
    }
    manager.initialize();
    RecoveryPasses passes = new RecoveryPasses(names, settings, manager);
    settings.resources().forEach(resource -> passes.add(new RecoveryHandle(resource)));
    passes.thread.setDaemon(true);
    passes.thread.start();
    return passes;
  }

  private void runEvery(Duration interval) {
    while (!stopsWithin(interval)) {
      try {
        pass(interval);
      } catch (RuntimeException | Error e) {
        LOGGER.log(
            Level.WARNING, "LSTP-0501: a recovery pass failed, and is repeated in " + interval, e);
      }
    }
  }

  private boolean stopsWithin(Duration time) {
    try {
      return stop.await(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** Whether passes are made, and go on to be. */
  boolean isRunning() {
    return thread.isAlive() && stop.getCount() > 0;
  }

  /** Whether passes visit what a handle leads to. */
  boolean visits(RecoveryHandle handle) {
    return names.handles().contains(handle);
  }

  void add(RecoveryHandle handle) {
    names.add(handle);
    resources.addXAResourceRecoveryHelper(handle);
  }

  /** Waits for a pass that is at work; recovery does not use the handle afterwards. */
  void remove(RecoveryHandle handle) {
    pass.lock();
    try {
      resources.removeXAResourceRecoveryHelper(handle);
      names.remove(handle);
      handle.close();
    } finally {
      pass.unlock();
    }
  }

  /**
   * Visits all resources once.
   *
   * @param grace how long ago an earlier pass must have seen an orphan for this one to roll it back
   */
  private void pass(Duration grace) {
    pass.lock();
    try {
      RecoveryXids.setSafetyIntervalMillis((int) Math.min(grace.toMillis(), MAX_GRACE.toMillis()));
      modules.forEach(RecoveryModule::periodicWorkFirstPass);
      modules.forEach(RecoveryModule::periodicWorkSecondPass);
    } finally {
      closeHandles();
      pass.unlock();
    }
  }

  /** What the last pass has left. */
  private RecoveryReport report(int passes) {
    pass.lock();
    try {
      List<String> left = new ArrayList<>(doubts.branches(names.handles()));
      List<String> records = doubts.records();
      // Narayana counts as work what it can still carry out, and heuristic outcomes not.
      boolean work =
          modules.stream()
              .filter(AtomicActionRecoveryModule.class::isInstance)
              .anyMatch(RecoveryModule::hasWorkLeftToDo);
      if (work) {
        left.addAll(records);
      }
      return new RecoveryReport(passes, left, work ? List.of() : records);
    } finally {
      closeHandles();
      pass.unlock();
    }
  }

  /** What has this node's id, and is decided with a store that this one does not have. */
  List<String> ofOtherStores() {
    pass.lock();
    try {
      return doubts.ofOtherStores(names.handles());
    } finally {
      closeHandles();
      pass.unlock();
    }
  }

  /** Looks at the store while no pass works with it. */
  <T> T betweenPasses(Supplier<T> look) {
    pass.lock();
    try {
      return look.get();
    } finally {
      pass.unlock();
    }
  }

  private void closeHandles() {
    names.handles().forEach(RecoveryHandle::close);
  }

  /** Passes until nothing is left, or the time is over, or this is closed. */
  RecoveryReport recover(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    int passes = 0;
    while (true) {
      pass(Duration.ZERO);
      passes++;
      RecoveryReport report = report(passes);
      if (report.isComplete()
          || deadline - System.nanoTime() < BETWEEN_TRIES.toNanos()
          || stopsWithin(BETWEEN_TRIES)) {
        return report;
      }
    }
  }

  @Override
  public void close() {
    stop.countDown();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    names.handles().forEach(this::remove);
    manager.terminate();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
