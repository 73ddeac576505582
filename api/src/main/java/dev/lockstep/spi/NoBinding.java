package dev.lockstep.spi;

import java.util.Optional;

/** The null object behind {@link TransactionBinding#none()}. */
enum NoBinding implements TransactionBinding {
  INSTANCE;

  @Override
  public Optional<Branch> current(TransactionalLog log) {
    return Optional.empty();
  }
}
