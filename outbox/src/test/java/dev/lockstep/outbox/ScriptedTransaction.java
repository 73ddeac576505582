package dev.lockstep.outbox;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One transaction whose manager says of its end what a test wants. */
final class ScriptedTransaction implements TransactionSynchronizationRegistry {
  private final Map<Object, @Nullable Object> resources = new HashMap<>();
  private final List<Synchronization> synchronizations = new ArrayList<>();
  private int status = Status.STATUS_ACTIVE;
  private boolean rollbackOnly;

  void beforeCompletion() {
    for (int i = 0; i < synchronizations.size(); i++) { // there may come more
      synchronizations.get(i).beforeCompletion();
    }
  }

  void afterCompletion(int reported) {
    status = Status.STATUS_NO_TRANSACTION;
    synchronizations.forEach(synchronization -> synchronization.afterCompletion(reported));
  }

  @Override
  public Object getTransactionKey() {
    return this;
  }

  @Override
  public void putResource(Object key, @Nullable Object value) {
    resources.put(key, value);
  }

  @Override
  public @Nullable Object getResource(Object key) {
    return resources.get(key);
  }

  @Override
  public void registerInterposedSynchronization(Synchronization synchronization) {
    synchronizations.add(synchronization);
  }

  @Override
  public int getTransactionStatus() {
    return status;
  }

  @Override
  public void setRollbackOnly() {
    rollbackOnly = true;
  }

  @Override
  public boolean getRollbackOnly() {
    return rollbackOnly;
  }
}
