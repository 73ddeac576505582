package dev.lockstep.xa.narayana;

import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionImple;
import com.arjuna.ats.jta.common.jtaPropertyManager;
import java.util.List;
import java.util.Optional;
import org.jboss.tm.LastResource;

/** Resources that can't prepare: Narayana commits them last, before the others. */
final class LocalResources {
  private LocalResources() {}

  /** One that takes part in a transaction. */
  static Optional<String> in(TransactionImple transaction) {
    Optional<Class<?>> configured =
        Optional.ofNullable(
            jtaPropertyManager.getJTAEnvironmentBean().getLastResourceOptimisationInterface());
    return List.copyOf(transaction.getResources().keySet()).stream()
        .filter(
            resource ->
                resource instanceof LastResource
                    || configured.filter(type -> type.isInstance(resource)).isPresent())
        .findFirst()
        .map(Strangers::name);
  }
}
