package dev.lockstep.quarkus;

import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.TopicConfig;
import dev.lockstep.xa.jboss.ServerBinding;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.nio.file.Path;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.tm.XAResourceRecoveryRegistry;

/** Opens the log with the application, and not with the first use: recovery needs it. */
@Startup
@Singleton
public class Log {
  private final Lockstep lockstep;

  Log(
      TransactionManager manager,
      TransactionSynchronizationRegistry registry,
      XAResourceRecoveryRegistry recovery,
      @ConfigProperty(name = "shop.directory") Path directory) {
    lockstep =
        Lockstep.open(
            LockstepConfig.builder()
                .dataDir(directory.resolve("log"))
                .transactions(ServerBinding.of(manager, registry, recovery))
                .build());
    lockstep.topics().createIfAbsent(TopicConfig.of("orders"));
  }

  /** For those who send and consume. */
  @Produces
  @Singleton
  Lockstep lockstep() {
    return lockstep;
  }

  @PreDestroy
  void close() {
    lockstep.close();
  }
}
