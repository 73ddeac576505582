package dev.lockstep.xa;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.spi.BranchId;
import jakarta.transaction.TransactionManager;
import java.util.List;
import java.util.Optional;

/**
 * Looks for what is unsafe about one product's transaction managers. Found by the service loader.
 */
@FunctionalInterface
public interface ManagerCheck {
  /**
   * Looks at a transaction manager.
   *
   * @param manager a manager of any product
   * @return what was found; nothing if it is not of this product
   */
  List<Finding> examine(TransactionManager manager);

  /**
   * Looks for a resource that can't prepare among those of a transaction: a local data source. It
   * is committed between the others' prepare and their commit, and if the answer to that is lost,
   * the others are rolled back.
   *
   * @param branch a branch of a transaction of any product's manager
   * @return what it is; empty if there is none, or if the transaction is not of this product
   */
  default Optional<String> localResource(BranchId branch) {
    return Optional.empty();
  }
}
