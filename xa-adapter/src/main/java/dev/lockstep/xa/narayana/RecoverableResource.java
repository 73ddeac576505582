package dev.lockstep.xa.narayana;

import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.transaction.xa.XAResource;

/**
 * Something other than Lockstep's log, a database as a rule, whose prepared branches recovery is to
 * decide. Implementations are thread-safe.
 */
public interface RecoverableResource {
  /**
   * Its name. Decision records carry it, so it must be the same at each start of the application,
   * and different for different databases.
   *
   * @return the name
   */
  String name();

  /**
   * Whether an enlisted resource works on this one. If so, its name goes into the decision record,
   * and a record whose branches are all finished can be removed when a crash prevented just that.
   * Without it such a record stays for ever: nobody could tell finished from unreachable.
   *
   * @param enlisted a resource that takes part in a transaction
   * @return true if it works on this one
   */
  boolean owns(XAResource enlisted);

  /**
   * Opens a resource for one recovery pass.
   *
   * @return a resource that can list, commit and roll back prepared branches
   * @throws Exception if it is out of reach; the next pass tries again
   */
  XAResource open() throws Exception;

  /**
   * Gives back what {@link #open} returned, working or not.
   *
   * @param resource the resource
   */
  void close(XAResource resource);

  /**
   * A resource made of functions.
   *
   * @param name its name
   * @param owns whether an enlisted resource works on it
   * @param open opens a resource for one recovery pass
   * @param close gives that back
   * @return the resource
   */
  static RecoverableResource of(
      String name,
      Predicate<XAResource> owns,
      Callable<XAResource> open,
      Consumer<XAResource> close) {
    return new RecoverableResource() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public boolean owns(XAResource enlisted) {
        return owns.test(enlisted);
      }

      @Override
      public XAResource open() throws Exception {
        return open.call();
      }

      @Override
      public void close(XAResource resource) {
        close.accept(resource);
      }
    };
  }
}
