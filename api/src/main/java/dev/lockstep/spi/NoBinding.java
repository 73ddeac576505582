package dev.lockstep.spi;

import dev.lockstep.CommitPath;
import java.util.List;
import java.util.Optional;

/** The null object behind {@link TransactionBinding#none()}. */
enum NoBinding implements TransactionBinding {
  INSTANCE;

  @Override
  public Optional<Branch> current(TransactionalLog log) {
    return Optional.empty();
  }

  @Override
  public List<CommitPath> paths() {
    return List.of(CommitPath.LOG_ONLY);
  }
}
