package dev.lockstep.engine.client;

import dev.lockstep.RebalanceListener;
import dev.lockstep.spi.Subscription;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tells a listener what has become of a member's partitions since it was told last. */
final class Rebalances {
  private final Optional<RebalanceListener> listener;
  private final Subscription subscription;
  private Map<Integer, Long> told = Map.of();

  Rebalances(Optional<RebalanceListener> listener, Subscription subscription) {
    this.listener = listener;
    this.subscription = subscription;
  }

  void tell() {
    if (listener.isPresent()) {
      tell(listener.get(), subscription.assignments());
    }
  }

  private void tell(RebalanceListener to, Map<Integer, Long> now) {
    if (now.equals(told)) {
      return;
    }
    Set<Integer> lost = without(told, now);
    Set<Integer> assigned = without(now, told);
    Map<Integer, Long> kept = new LinkedHashMap<>(now);
    kept.keySet().removeAll(assigned);
    told = kept;
    if (!lost.isEmpty()) {
      to.onLost(lost);
    }
    told = now;
    if (!assigned.isEmpty()) {
      to.onAssigned(assigned);
    }
  }

  /** Whoever had it before, and has it again, has lost it in between. */
  private static Set<Integer> without(Map<Integer, Long> all, Map<Integer, Long> others) {
    Map<Integer, Long> left = new LinkedHashMap<>(all);
    left.entrySet().removeAll(others.entrySet());
    return Collections.unmodifiableSet(left.keySet());
  }

  /** The member is about to leave. */
  void leave() {
    Set<Integer> revoked = told.keySet();
    told = Map.of();
    if (listener.isPresent() && !revoked.isEmpty()) {
      listener.get().onRevoked(Collections.unmodifiableSet(revoked));
    }
  }
}
