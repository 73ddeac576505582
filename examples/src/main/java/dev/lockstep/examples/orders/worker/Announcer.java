package dev.lockstep.examples.orders.worker;

import java.io.PrintStream;

/** The lines that a worker prints, one for each thing that happened. Thread-safe. */
public final class Announcer {
  /** It has recovered, and starts to work. */
  public static final String READY = "READY";

  /** An order is placed; its id follows. */
  public static final String PLACED = "PLACED ";

  /** An order is billed; its id follows. */
  public static final String BILLED = "BILLED ";

  /** Something failed and is tried again; what and why follow. */
  public static final String RETRY = "RETRY ";

  /** A thread waits at a kill point for the end of the process; the point's name follows. */
  public static final String KILL_POINT = "KILL-POINT ";

  private final PrintStream out;

  Announcer(PrintStream out) {
    this.out = out;
  }

  void ready() {
    out.println(READY);
  }

  void placed(Object orderId) {
    out.println(PLACED + orderId);
  }

  void billed(Object orderId) {
    out.println(BILLED + orderId);
  }

  void retry(Throwable failure) {
    // One line, whatever the message looks like.
    out.println(RETRY + String.valueOf(failure.getMessage()).replaceAll("\\s+", " "));
  }
}
