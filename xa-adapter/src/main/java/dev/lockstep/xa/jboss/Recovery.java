package dev.lockstep.xa.jboss;

import javax.transaction.xa.XAResource;

/** A transaction manager's recovery. Thread-safe. */
interface Recovery {
  /** Has each pass visit a resource, from the next one on. */
  Registration register(XAResource resource);

  /** A resource that recovery visits. */
  @FunctionalInterface
  interface Registration {
    /** Waits for a pass that is at work; recovery does not use the resource afterwards. */
    void remove();
  }
}
