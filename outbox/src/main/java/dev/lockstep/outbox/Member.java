package dev.lockstep.outbox;

import dev.lockstep.spi.TransactionBinding;
import java.util.function.BooleanSupplier;

/**
 * A database among several of one log.
 *
 * @param binding how its transactions are found
 * @param settings what it was given
 * @param attachment its log
 * @param isRunning whether the calling thread has a transaction whose messages go with it
 * @param isChoice whether the thread has one that has to say first whether they do
 */
record Member(
    TransactionBinding binding,
    Settings settings,
    Attachment attachment,
    BooleanSupplier isRunning,
    BooleanSupplier isChoice) {
  String name() {
    return settings.name();
  }

  /** Refuses a transaction whose database nobody knows. */
  void requireNoChoice() {
    if (isChoice.getAsBoolean()) {
      throw new IllegalStateException(
          "the log has several databases with a transaction manager, and this transaction has not"
              + " said which one its messages go with: call HalfMessages.use() of that one before,"
              + " for instance of '"
              + name()
              + "' [LSTP-0728]");
    }
  }
}
