package dev.lockstep.xa.narayana;

import com.arjuna.ats.jta.recovery.XAResourceRecoveryHelper;
import java.util.Optional;
import java.util.function.Predicate;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.jboss.tm.XAResourceWrapper;

/**
 * What Narayana's recovery holds of a {@link RecoverableResource}: always the same object, whatever
 * connection is behind it, because Narayana keeps the resources of earlier passes and may use them
 * again. Without a connection it answers {@code XAER_RMFAIL}, from which nobody concludes anything.
 *
 * <p>Its name, in the place of a JNDI name, is what lets Narayana finish a record whose branches
 * are gone: the resource was asked in this pass, and does not know them any more. Thread-safe.
 */
final class RecoveryHandle implements XAResourceRecoveryHelper, XAResourceWrapper {
  private final RecoverableResource resource;
  private final Predicate<Xid> decidedByHand;
  private Optional<XAResource> opened = Optional.empty();

  RecoveryHandle(RecoverableResource resource) {
    this(resource, xid -> false);
  }

  /**
   * A handle of something that can be decided by hand.
   *
   * @param decidedByHand whether a branch that it lists was
   */
  RecoveryHandle(RecoverableResource resource, Predicate<Xid> decidedByHand) {
    this.resource = resource;
    this.decidedByHand = decidedByHand;
  }

  String name() {
    return resource.name();
  }

  boolean isDecidedByHand(Xid xid) {
    return decidedByHand.test(xid);
  }

  boolean owns(XAResource enlisted) {
    return resource.owns(enlisted);
  }

  @Override
  public boolean initialise(String parameter) {
    return true;
  }

  @Override
  public XAResource[] getXAResources() throws Exception {
    open();
    return new XAResource[] {this};
  }

  synchronized void open() throws Exception {
    if (opened.isEmpty()) {
      opened = Optional.of(resource.open());
    }
  }

  /** Ends the pass: the next one opens anew. */
  synchronized void close() {
    Optional<XAResource> last = opened;
    opened = Optional.empty();
    last.ifPresent(resource::close);
  }

  private synchronized XAResource connection() throws XAException {
    if (opened.isPresent()) {
      return opened.get();
    }
    XAException e = new XAException(this + " is not open");
    e.errorCode = XAException.XAER_RMFAIL;
    throw e;
  }

  @Override
  public Xid[] recover(int flags) throws XAException {
    return connection().recover(flags);
  }

  @Override
  public void commit(Xid xid, boolean onePhase) throws XAException {
    connection().commit(xid, onePhase);
  }

  @Override
  public void rollback(Xid xid) throws XAException {
    connection().rollback(xid);
  }

  @Override
  public void forget(Xid xid) throws XAException {
    connection().forget(xid);
  }

  @Override
  public void start(Xid xid, int flags) throws XAException {
    connection().start(xid, flags);
  }

  @Override
  public void end(Xid xid, int flags) throws XAException {
    connection().end(xid, flags);
  }

  @Override
  public int prepare(Xid xid) throws XAException {
    return connection().prepare(xid);
  }

  @Override
  public boolean isSameRM(XAResource other) {
    return other instanceof RecoveryHandle that && name().equals(that.name());
  }

  @Override
  public int getTransactionTimeout() throws XAException {
    return connection().getTransactionTimeout();
  }

  @Override
  public boolean setTransactionTimeout(int seconds) throws XAException {
    return connection().setTransactionTimeout(seconds);
  }

  @Override
  public XAResource getResource() {
    return this;
  }

  @Override
  public String getProductName() {
    return name();
  }

  @Override
  public String getProductVersion() {
    return "";
  }

  @Override
  public String getJndiName() {
    return name();
  }

  @Override
  public String toString() {
    return "recovery of '" + name() + "'";
  }
}
