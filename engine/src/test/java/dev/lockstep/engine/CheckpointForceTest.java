package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Durability;
import dev.lockstep.LockstepConfig;
import dev.lockstep.LockstepException;
import dev.lockstep.LogFailedException;
import dev.lockstep.OnLogFailure;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.io.StorageFile;
import dev.lockstep.spi.LogListener;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The force of a checkpoint where commits are not forced: on the checkpoint's thread. */
@Timeout(60)
@ExtendWith(QuietLog.class)
class CheckpointForceTest {
  private final Thread test = Thread.currentThread();
  private final AtomicInteger forces = new AtomicInteger();
  private final List<LockstepException> failures = new CopyOnWriteArrayList<>();
  private volatile boolean isFailing;

  /**
   * A storage whose segments fail to be forced by this thread, which writes the last checkpoint.
   */
  private Storage storage() {
    Storage storage = new PowerCutStorage(1);
    return proxy(
        Storage.class,
        (method, arguments) -> {
          Object result = call(storage, method, arguments);
          return result instanceof StorageFile file && arguments[0].toString().contains("segment")
              ? watched(file)
              : result;
        });
  }

  private StorageFile watched(StorageFile file) {
    return proxy(
        StorageFile.class,
        (method, arguments) -> {
          if (method.getName().equals("force") && Thread.currentThread().equals(test)) {
            forces.incrementAndGet();
            if (isFailing) {
              throw new IOException("Input/output error");
            }
          }
          return call(file, method, arguments);
        });
  }

  private Engine open(Durability durability) throws IOException {
    LogListener listener =
        new LogListener() {
          @Override
          public void failed(LockstepException cause) {
            failures.add(cause);
          }
        };
    LockstepConfig config =
        LockstepConfig.builder()
            .dataDir(Path.of("memory"))
            .durability(durability)
            .segmentSize(1 << 16)
            .maxMessageBytes(1 << 10)
            .onLogFailure(OnLogFailure.REFUSE)
            .listener(listener)
            .build();
    Engine engine = TestLogs.open(storage(), config);
    engine.topics().create(TopicConfig.of("orders"));
    engine.inTransaction(() -> engine.producer("orders", String.class).send("order"));
    forces.set(0);
    return engine;
  }

  @Test
  void itsFailureIsFinal() throws IOException {
    Engine engine = open(Durability.OS);
    isFailing = true;
    assertThatThrownBy(engine::close).hasStackTraceContaining("Input/output error");
    assertThat(failures).singleElement().isInstanceOf(LogFailedException.class);
  }

  @Test
  void itComesOnlyWhereCommitsAreNotForced() throws IOException {
    open(Durability.OS).close();
    assertThat(forces).hasPositiveValue();
    open(Durability.FORCED).close();
    assertThat(forces).hasValue(0);
  }

  /** Segments come and go, and those that went have nothing to force any more. */
  @Test
  void segmentsThatAreGoneAreNotForced() throws IOException {
    Engine engine = open(Durability.OS);
    engine.topics().alter(TopicConfig.of("orders").retainBytes(1_000));
    for (int i = 0; i < 40; i++) {
      engine.inTransaction(
          () -> {
            for (int n = 0; n < 60; n++) {
              engine.producer("orders", String.class).send("x".repeat(900));
            }
            return null;
          });
      engine.reclaimNow();
    }
    engine.close();
    assertThat(failures).isEmpty();
  }

  @FunctionalInterface
  private interface Call {
    Object on(Method method, Object[] arguments) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> call.on(method, arguments)));
  }

  private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
