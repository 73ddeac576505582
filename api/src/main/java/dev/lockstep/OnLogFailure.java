package dev.lockstep;

/**
 * What the process does when a force of the log fails. From then on nobody can know what is durable
 * until the log is opened again, so nothing is ever retried.
 */
public enum OnLogFailure {
  /** The default: the process halts at once, as a database server does. */
  HALT,
  /** The process lives; every call of this log throws {@link LogFailedException} until reopened. */
  REFUSE
}
