package dev.lockstep.outbox;

import dev.lockstep.spi.Branch;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.function.Consumer;

/** A binding of which a test sees what it has the log do. */
final class WatchedBinding implements TransactionBinding {
  private final TransactionBinding binding;
  private final Consumer<String> watcher;
  private final Consumer<String> before;
  private volatile Optional<TransactionalLog> watched = Optional.empty();

  WatchedBinding(TransactionBinding binding, Consumer<String> watcher) {
    this(binding, call -> {}, watcher);
  }

  /** With somebody who sees it before the log does it, too. */
  WatchedBinding(TransactionBinding binding, Consumer<String> before, Consumer<String> watcher) {
    this.binding = binding;
    this.before = before;
    this.watcher = watcher;
  }

  @Override
  public void attach(TransactionalLog log) {
    TransactionalLog proxy =
        (TransactionalLog)
            Proxy.newProxyInstance(
                WatchedBinding.class.getClassLoader(),
                new Class<?>[] {TransactionalLog.class},
                (self, method, arguments) -> {
                  try {
                    before.accept(method.getName());
                    Object result = method.invoke(log, arguments);
                    watcher.accept(method.getName());
                    return result;
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    watched = Optional.of(proxy);
    binding.attach(proxy);
  }

  @Override
  public Optional<Branch> current(TransactionalLog log) {
    return binding.current(watched.orElseThrow());
  }

  @Override
  public void detach(TransactionalLog log) {
    binding.detach(watched.orElseThrow());
  }
}
