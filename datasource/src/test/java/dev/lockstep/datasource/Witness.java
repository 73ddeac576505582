package dev.lockstep.datasource;

import dev.lockstep.testkit.IdleResource;
import java.util.ArrayList;
import java.util.List;
import javax.transaction.xa.XAException;
import javax.transaction.xa.Xid;

/** A second resource, which makes a transaction two-phase, sees its steps, and may interfere. */
final class Witness extends IdleResource {
  /** Something to do in the middle of a rollback. */
  interface Interference {
    void run() throws Exception;
  }

  private final List<String> seen = new ArrayList<>();
  private final Interference onRollback;
  private final boolean refusing;

  private Witness(Interference onRollback, boolean refusing) {
    this.onRollback = onRollback;
    this.refusing = refusing;
  }

  static Witness silent() {
    return new Witness(() -> {}, false);
  }

  /** Votes for a rollback. */
  static Witness refusing() {
    return new Witness(() -> {}, true);
  }

  /** Enlisted after another resource, it acts between that one's rollback and the completion. */
  static Witness actingAtRollback(Interference interference) {
    return new Witness(interference, false);
  }

  List<String> seen() {
    return seen;
  }

  @Override
  public int prepare(Xid xid) throws XAException {
    seen.add("prepare");
    if (refusing) {
      throw new XAException(XAException.XA_RBROLLBACK);
    }
    return XA_OK;
  }

  @Override
  public void commit(Xid xid, boolean onePhase) {
    seen.add("commit");
  }

  @Override
  public void rollback(Xid xid) {
    seen.add("rollback");
    try {
      onRollback.run();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
