package dev.lockstep.spi;

/** Whether a call waits until what it has appended is durable. */
public enum Forcing {
  /** The call returns when it is durable, as the log is configured. */
  FORCED,
  /**
   * The call returns when it has its place in the log. It becomes durable with the next force of
   * this log, a bounded time later at the latest. Until then a crash loses it as a whole, and then
   * also whatever was appended behind it; never something behind it alone. Nobody is shown what is
   * not durable yet: who looks or waits for it brings the force about.
   */
  DEFERRED
}
