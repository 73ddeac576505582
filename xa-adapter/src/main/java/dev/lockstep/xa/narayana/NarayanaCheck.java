package dev.lockstep.xa.narayana;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.xa.ManagerCheck;
import jakarta.transaction.TransactionManager;
import java.util.List;

/** Looks for what is unsafe about a Narayana that somebody else has set up. */
public final class NarayanaCheck implements ManagerCheck {
  /** For the service loader. */
  public NarayanaCheck() {}

  @Override
  public List<Finding> examine(TransactionManager manager) {
    return isOfTheNarayanaSeenHere(manager) ? NarayanaFacts.current().findings() : List.of();
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
