package dev.lockstep.xa.contract;

import dev.lockstep.spi.Branch.Outcome;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** One resource manager, as the suite drives it. */
public interface ResourceUnderTest {
  /** A new resource of this resource manager: what one thread of control works with. */
  XAResource connect() throws Exception;

  /** Does one unit of work in the branch that a resource is associated with. */
  void work(XAResource resource) throws Exception;

  /** How many units of work are committed by now. */
  long committed() throws Exception;

  /** A new resource as a transaction manager's recovery uses it, after a restart of the manager. */
  XAResource recovery() throws Exception;

  /** A resource of the same kind, of another resource manager. */
  XAResource stranger() throws Exception;

  /** Decides a prepared branch without its transaction manager. */
  void decideByHand(Xid xid, Outcome outcome) throws Exception;

  /** Returns when the time of the branch that a resource last began has run out. */
  void outlast(XAResource resource) throws Exception;

  /** Gives back all that was connected, whatever state it is in, and rolls back what is left. */
  void disconnect() throws Exception;

  /** Ends the resource manager, as far as it is the suite's. */
  void close() throws Exception;
}
