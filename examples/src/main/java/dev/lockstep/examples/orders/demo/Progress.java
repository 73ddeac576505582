package dev.lockstep.examples.orders.demo;

import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Says how far the demo is: in one line that changes on a terminal, else in a line a second. */
final class Progress implements AutoCloseable {
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintStream out;
  private final Output output;
  private final Supplier<String> status;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "progress");

  /** Where the lines go. */
  enum Output {
    TERMINAL,
    FILE
  }

  Progress(PrintStream out, Output output, Supplier<String> status) {
    this.out = out;
    this.output = output;
    this.status = status;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      long millis = output == Output.TERMINAL ? 200 : 1_000;
      while (!closed.await(millis, TimeUnit.MILLISECONDS)) {
        if (output == Output.TERMINAL) {
          out.print(CLEAR_LINE + status.get());
          out.flush();
        } else {
          out.println(status.get());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops, and leaves the cursor at the start of an empty line. */
  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (output == Output.TERMINAL) {
      out.print(CLEAR_LINE);
      out.flush();
    }
  }
}
