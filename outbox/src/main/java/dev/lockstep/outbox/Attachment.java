package dev.lockstep.outbox;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.TransactionalLog;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The log of a binding, while it has one. Thread-safe. */
final class Attachment {
  private volatile Optional<Coordinator> attached = Optional.empty();

  synchronized void attach(TransactionalLog log, Settings settings, Siblings siblings) {
    if (attached.isPresent()) {
      throw new InvalidConfigException(
          "the binding to "
              + Survey.where(settings)
              + " has a log already, and is for one at a time; make another one for log "
              + log.id());
    }
    attached = Optional.of(Coordinator.attach(log, settings, siblings));
  }

  /** Waits until check-back has asked once, but not for long. */
  void await() {
    attached.ifPresent(Coordinator::awaitCheckBack);
  }

  /** Refuses a transaction where the thread has one of another database. */
  void requireNoOther() {
    attached.ifPresent(Coordinator::requireNoOther);
  }

  synchronized void detach(TransactionalLog log) {
    Optional<Coordinator> own = attached.filter(coordinator -> coordinator.isOf(log));
    if (own.isPresent()) {
      attached = Optional.empty();
      own.get().close();
    }
  }

  Coordinator of(TransactionalLog log) {
    return attached
        .filter(coordinator -> coordinator.isOf(log))
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "log " + log.id() + " is not attached to this binding, or not any more"));
  }

  Decision decision(BranchId branch) {
    return attached.map(coordinator -> coordinator.decision(branch)).orElse(Decision.UNKNOWN);
  }

  Decision decision(Undecided branch) {
    return attached.map(coordinator -> coordinator.decision(branch)).orElse(Decision.UNKNOWN);
  }

  /** The half messages that are not decided, and may be for this database. */
  Set<String> undecided() {
    return attached.map(Coordinator::undecided).orElse(Set.of());
  }

  List<Finding> diagnose() {
    return attached.map(Coordinator::diagnose).orElse(List.of());
  }
}
