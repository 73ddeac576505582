package dev.lockstep.xa;

import dev.lockstep.Diagnosis.Finding;
import jakarta.transaction.TransactionManager;
import java.util.List;

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
}
