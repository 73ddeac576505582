package dev.lockstep.rar;

import dev.lockstep.CommitPath;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import dev.lockstep.xa.BranchResource;
import dev.lockstep.xa.JtaBinding;
import jakarta.resource.spi.BootstrapContext;
import jakarta.resource.spi.work.WorkManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.transaction.xa.XAResource;

/** The log of a started resource adapter, and the server's services beside it. Thread-safe. */
final class OpenLog implements AutoCloseable {
  private final Lockstep lockstep;
  private final TransactionalLog log;
  private final JtaBinding jta;
  private final BootstrapContext server;

  private OpenLog(
      Lockstep lockstep, TransactionalLog log, JtaBinding jta, BootstrapContext server) {
    this.lockstep = lockstep;
    this.log = log;
    this.jta = jta;
    this.server = server;
  }

  static OpenLog open(Settings settings, Outbound outbound, BootstrapContext server) {
    JtaBinding jta = JtaBinding.of(outbound, server.getTransactionSynchronizationRegistry());
    Attached attached = new Attached(jta, new CompletableFuture<>());
    LockstepConfig config = settings.config().transactions(attached).build();
    Lockstep lockstep = Lockstep.open(config);
    OpenLog open = new OpenLog(lockstep, attached.log().join(), jta, server);
    try {
      settings.topicsToCreate().forEach(lockstep.topics()::createIfAbsent);
      return open;
    } catch (RuntimeException e) {
      open.close();
      throw e;
    }
  }

  /** The binding, which also tells what log it is attached to. */
  private record Attached(JtaBinding jta, CompletableFuture<TransactionalLog> log)
      implements TransactionBinding {
    @Override
    public Optional<Branch> current(TransactionalLog asking) {
      return jta.current(asking);
    }

    @Override
    public List<CommitPath> paths() {
      return jta.paths();
    }

    @Override
    public void attach(TransactionalLog opened) {
      jta.attach(opened);
      log.complete(opened);
    }

    @Override
    public List<Finding> diagnose() {
      return jta.diagnose();
    }

    @Override
    public void detach(TransactionalLog closing) {
      jta.detach(closing);
    }
  }

  Lockstep lockstep() {
    return lockstep;
  }

  TransactionalLog log() {
    return log;
  }

  WorkManager workManager() {
    return server.getWorkManager();
  }

  TransactionSynchronizationRegistry registry() {
    return server.getTransactionSynchronizationRegistry();
  }

  /** A resource for the container to enlist. */
  BranchResource resource() {
    return jta.resource(log);
  }

  /** Makes an enlisted resource's branch the one of the calls in the thread's transaction. */
  Branch enter(BranchResource resource) {
    return jta.enter(log, resource);
  }

  XAResource recoveryResource() {
    return jta.recoveryResource(log);
  }

  @Override
  public void close() {
    lockstep.close();
  }
}
