package dev.lockstep.xa.narayana;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.spi.BranchId;
import dev.lockstep.xa.ManagerCheck;
import jakarta.transaction.TransactionManager;
import java.util.List;
import java.util.Optional;

/** Looks for what is unsafe about a Narayana that somebody else has set up. */
public final class NarayanaCheck implements ManagerCheck {
  /** Whether this class loader has no Narayana. */
  private volatile boolean isOutOfSight;

  /** For the service loader. */
  public NarayanaCheck() {}

  @Override
  public List<Finding> examine(TransactionManager manager) {
    return isOfTheNarayanaSeenHere(manager) ? NarayanaFacts.current().findings() : List.of();
  }

  /** A server may show a manager of its own, behind which there is Narayana. */
  @Override
  public Optional<String> localResource(BranchId branch) {
    if (isOutOfSight) {
      return Optional.empty();
    }
    try {
      return BranchTransactions.find(branch).flatMap(LocalResources::in);
    } catch (LinkageError e) {
      isOutOfSight = true;
      return Optional.empty();
    }
  }

  /**
   * In a server the manager may be of a Narayana that an application can't see; the settings of one
   * that it has beside that mean nothing.
   */
  private static boolean isOfTheNarayanaSeenHere(TransactionManager manager) {
    String name = manager.getClass().getName();
    if (!name.startsWith("com.arjuna.")) {
      return false;
    }
    try {
      ClassLoader here = NarayanaCheck.class.getClassLoader();
      return Class.forName(name, false, here).equals(manager.getClass());
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
