package dev.lockstep.wildfly.half;

import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.LogListener;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;

/** Halts the server, as a power cut would. */
@ApplicationScoped
public class Halt {
  @Resource(lookup = "java:comp/TransactionSynchronizationRegistry")
  private TransactionSynchronizationRegistry registry;

  private volatile boolean armed;

  /** For CDI. */
  public Halt() {}

  /** Tells of half messages that are durable. */
  LogListener listener() {
    return new LogListener() {
      @Override
      public void undecided(BranchId id, Decider decider) {
        if (armed) {
          now();
        }
      }
    };
  }

  /** When the next half message is durable, before the database commits. */
  public void withTheHalfMessage() {
    armed = true;
  }

  /** When the database has committed; to be called before the first send of the transaction. */
  public void afterTheCommit() {
    registry.registerInterposedSynchronization(
        new Synchronization() {
          @Override
          public void beforeCompletion() {}

          @Override
          public void afterCompletion(int status) {
            now();
          }
        });
  }

  private static void now() {
    Runtime.getRuntime().halt(137);
  }
}
