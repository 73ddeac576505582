package dev.lockstep.testkit;

import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.InvalidTransactionException;
import jakarta.transaction.NotSupportedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import java.util.function.UnaryOperator;
import javax.transaction.xa.XAResource;
import org.jspecify.annotations.Nullable;

/** A transaction manager whose transactions decorate each resource that is enlisted in them. */
final class InstrumentedTransactionManager implements TransactionManager {
  private final TransactionManager delegate;
  private final UnaryOperator<XAResource> decoration;

  InstrumentedTransactionManager(
      TransactionManager delegate, UnaryOperator<XAResource> decoration) {
    this.delegate = delegate;
    this.decoration = decoration;
  }

  /** Null is what the interface says for "none". */
  private @Nullable Transaction decorated(@Nullable Transaction transaction) {
    return transaction == null ? null : new InstrumentedTransaction(transaction, decoration);
  }

  @Override
  public @Nullable Transaction getTransaction() throws SystemException {
    return decorated(delegate.getTransaction());
  }

  @Override
  public @Nullable Transaction suspend() throws SystemException {
    return decorated(delegate.suspend());
  }

  @Override
  public void resume(@Nullable Transaction transaction)
      throws InvalidTransactionException, SystemException {
    delegate.resume(
        transaction instanceof InstrumentedTransaction instrumented
            ? instrumented.delegate
            : transaction);
  }

  @Override
  public void begin() throws NotSupportedException, SystemException {
    delegate.begin();
  }

  @Override
  public void commit()
      throws RollbackException,
          HeuristicMixedException,
          HeuristicRollbackException,
          SystemException {
    delegate.commit();
  }

  @Override
  public void rollback() throws SystemException {
    delegate.rollback();
  }

  @Override
  public void setRollbackOnly() throws SystemException {
    delegate.setRollbackOnly();
  }

  @Override
  public int getStatus() throws SystemException {
    return delegate.getStatus();
  }

  @Override
  public void setTransactionTimeout(int seconds) throws SystemException {
    delegate.setTransactionTimeout(seconds);
  }

  private static final class InstrumentedTransaction implements Transaction {
    private final Transaction delegate;
    private final UnaryOperator<XAResource> decoration;

    private InstrumentedTransaction(Transaction delegate, UnaryOperator<XAResource> decoration) {
      this.delegate = delegate;
      this.decoration = decoration;
    }

    @Override
    public boolean enlistResource(XAResource resource) throws RollbackException, SystemException {
      return delegate.enlistResource(decoration.apply(resource));
    }

    @Override
    public boolean delistResource(XAResource resource, int flag) throws SystemException {
      return delegate.delistResource(decoration.apply(resource), flag);
    }

    @Override
    public void registerSynchronization(Synchronization synchronization)
        throws RollbackException, SystemException {
      delegate.registerSynchronization(synchronization);
    }

    @Override
    public void commit()
        throws RollbackException,
            HeuristicMixedException,
            HeuristicRollbackException,
            SystemException {
      delegate.commit();
    }

    @Override
    public void rollback() throws SystemException {
      delegate.rollback();
    }

    @Override
    public void setRollbackOnly() throws SystemException {
      delegate.setRollbackOnly();
    }

    @Override
    public int getStatus() throws SystemException {
      return delegate.getStatus();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof InstrumentedTransaction that && delegate.equals(that.delegate);
    }

    @Override
    public int hashCode() {
      return delegate.hashCode();
    }

    @Override
    public String toString() {
      return delegate.toString();
    }
  }
}
