package dev.lockstep.engine.log;

/** Waits that an interrupt does not end. */
public final class Threads {
  private Threads() {}

  /** Waits for the end of a thread, unless it is the caller's own. */
  public static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive() && thread != Thread.currentThread()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
