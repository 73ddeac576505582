package dev.lockstep.testkit;

import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * A resource that passes kill points. Two of them are equal if their resources are, so that a
 * manager finds an enlisted resource again; it is not serializable, so that a manager recovers its
 * branches by their xids, through the resources registered for recovery.
 */
final class InstrumentedResource implements XAResource {
  /** A step of the protocol, done by the resource. */
  private interface Step<R> {
    R run() throws XAException;
  }

  private final XAResource delegate;
  private final String role;
  private final KillPoints points;

  InstrumentedResource(XAResource delegate, String role, KillPoints points) {
    this.delegate = delegate;
    this.role = role;
    this.points = points;
  }

  private <R> R passing(String step, Step<R> work) throws XAException {
    points.pass(role + "." + step + ".before");
    R result = work.run();
    points.pass(role + "." + step + ".after");
    return result;
  }

  @Override
  public int prepare(Xid xid) throws XAException {
    return passing("prepare", () -> delegate.prepare(xid));
  }

  @Override
  public void commit(Xid xid, boolean onePhase) throws XAException {
    passing(
        onePhase ? "commit-one-phase" : "commit",
        () -> {
          delegate.commit(xid, onePhase);
          return xid;
        });
  }

  @Override
  public void rollback(Xid xid) throws XAException {
    passing(
        "rollback",
        () -> {
          delegate.rollback(xid);
          return xid;
        });
  }

  @Override
  public void start(Xid xid, int flags) throws XAException {
    delegate.start(xid, flags);
  }

  @Override
  public void end(Xid xid, int flags) throws XAException {
    delegate.end(xid, flags);
  }

  @Override
  public void forget(Xid xid) throws XAException {
    delegate.forget(xid);
  }

  @Override
  public Xid[] recover(int flag) throws XAException {
    return delegate.recover(flag);
  }

  @Override
  public boolean isSameRM(XAResource other) throws XAException {
    return delegate.isSameRM(
        other instanceof InstrumentedResource instrumented ? instrumented.delegate : other);
  }

  @Override
  public int getTransactionTimeout() throws XAException {
    return delegate.getTransactionTimeout();
  }

  @Override
  public boolean setTransactionTimeout(int seconds) throws XAException {
    return delegate.setTransactionTimeout(seconds);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InstrumentedResource that && delegate.equals(that.delegate);
  }

  @Override
  public int hashCode() {
    return delegate.hashCode();
  }

  @Override
  public String toString() {
    return role + " " + delegate;
  }
}
