package dev.lockstep.xa.narayana;

import com.arjuna.ats.arjuna.recovery.RecoveryManager;
import com.arjuna.ats.arjuna.recovery.RecoveryModule;
import com.arjuna.ats.internal.arjuna.recovery.AtomicActionRecoveryModule;
import com.arjuna.ats.internal.jta.recovery.arjunacore.XARecoveryModule;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Drives Narayana's recovery modules, one pass at a time: periodically on a thread of its own, and
 * on request. Narayana's own driver waits between the two halves of a pass, a whole second at the
 * least, only to have fewer transactions in flight to look at; these modules recognize them in any
 * case. Thread-safe.
 */
final class RecoveryPasses implements AutoCloseable {
  private static final Logger LOGGER = System.getLogger(RecoveryPasses.class.getName());
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);

  private final RecoveryManager manager;
  private final List<RecoveryModule> modules;
  private final XARecoveryModule resources;
  private final ResourceNames names;
  private final DoubtList doubts;
  private final Lock pass = new ReentrantLock();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;

  RecoveryPasses(ResourceNames names, String nodeId, Duration interval) {
    this.names = names;
    this.doubts = new DoubtList(nodeId);
    this.manager = RecoveryManager.manager(RecoveryManager.DIRECT_MANAGEMENT);
    manager.initialize();
    this.modules = List.copyOf(manager.getModules());
    this.resources =
        modules.stream()
            .filter(XARecoveryModule.class::isInstance)
            .map(XARecoveryModule.class::cast)
            .findFirst()
            .orElseThrow();
    this.thread = new Thread(() -> runEvery(interval), "lockstep-recovery");
    thread.setDaemon(true);
    thread.start();
  }

  private void runEvery(Duration interval) {
    while (!stopsWithin(interval)) {
      try {
        pass();
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

  private void pass() {
    pass.lock();
    try {
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

  private void closeHandles() {
    names.handles().forEach(RecoveryHandle::close);
  }

  /** Passes until nothing is left, or the time is over, or this is closed. */
  RecoveryReport recover(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    int passes = 0;
    while (true) {
      pass();
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
