package dev.lockstep.benchmarks.xa;

import dev.lockstep.benchmarks.harness.Load.Step;
import jakarta.transaction.TransactionManager;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** Nothing, but a resource that takes part: the manager has two phases to go through. */
final class NoOther implements Other {
  private final TransactionManager manager;

  NoOther(TransactionManager manager) {
    this.manager = manager;
  }

  @Override
  public Step open() {
    XAResource nothing = new Nothing();
    return () -> {
      manager.getTransaction().enlistResource(nothing);
      return 1;
    };
  }

  @Override
  public void close() {
    // there is nothing to close
  }

  private static final class Nothing implements XAResource {
    @Override
    public void start(Xid xid, int flags) {
      // nothing begins
    }

    @Override
    public void end(Xid xid, int flags) {
      // nothing ends
    }

    @Override
    public int prepare(Xid xid) {
      return XA_OK;
    }

    @Override
    public void commit(Xid xid, boolean onePhase) {
      // nothing is committed
    }

    @Override
    public void rollback(Xid xid) {
      // nothing is rolled back
    }

    @Override
    public void forget(Xid xid) {
      // nothing is remembered
    }

    @Override
    public Xid[] recover(int flag) {
      return new Xid[0];
    }

    @Override
    public boolean isSameRM(XAResource other) {
      return other == this;
    }

    @Override
    public int getTransactionTimeout() {
      return 0;
    }

    @Override
    public boolean setTransactionTimeout(int seconds) {
      return false;
    }
  }
}
