package dev.lockstep;

/**
 * When a commit may return. In every mode the bytes have been written to the file by then, so that
 * a process that is killed loses nothing that it acknowledged; the modes differ in what a crash of
 * the operating system or a power cut can take. What is prepared for a database to decide is forced
 * in every mode.
 */
public enum Durability {
  /** The default: after the storage device has confirmed a force. Loss window: none. */
  FORCED,
  /**
   * After the write; a force follows at the configured interval. Loss window: the commits of the
   * last interval. A prepared transaction may be lost in it while the transaction manager decides
   * to commit, so that atomicity with a database holds against process kills only.
   */
  INTERVAL,
  /**
   * After the write; the operating system forces when it likes. Loss window: typically 30 seconds
   * of commits, with the same consequence as {@link #INTERVAL}.
   */
  OS
}
