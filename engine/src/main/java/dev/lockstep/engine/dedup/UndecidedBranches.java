package dev.lockstep.engine.dedup;

import dev.lockstep.engine.index.MessageRef;
import java.util.List;
import java.util.Optional;

/** The branches whose prepare is durable and whose outcome is not, as this package needs them. */
public interface UndecidedBranches {
  /**
   * One of them.
   *
   * @param number its number
   * @param name how messages for people name it
   * @param messages where its messages are now; they may move, and keep their order
   */
  record Branch(long number, String name, List<MessageRef> messages) {}

  /** All of them. */
  List<Branch> branches();

  /** One of them, unless it is decided. */
  Optional<Branch> find(long number);
}
