package dev.lockstep.xa.jboss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Headers;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.xa.FakeLog;
import dev.lockstep.xa.narayana.NarayanaTransactions;
import jakarta.transaction.TransactionManager;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.jboss.tm.XAResourceRecovery;
import org.jboss.tm.XAResourceRecoveryRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The same types as a server has, with Narayana in this JVM. The server's own part is in WildFly's
 * tests.
 */
@Timeout(60)
class ServerBindingTest {
  private final FakeLog log = new FakeLog();
  private final Registry registry = new Registry();
  private NarayanaTransactions transactions;

  /** As in Quarkus, where it can be injected. */
  private static final class Registry implements XAResourceRecoveryRegistry {
    private final List<XAResourceRecovery> known = new ArrayList<>();

    @Override
    public void addXAResourceRecovery(XAResourceRecovery recovery) {
      known.add(recovery);
    }

    @Override
    public void removeXAResourceRecovery(XAResourceRecovery recovery) {
      known.remove(recovery);
    }
  }

  @BeforeEach
  void open() {
    transactions =
        NarayanaTransactions.builder("test-node", Path.of("target", "transaction-store"))
            .recoveryInterval(Duration.ofHours(1))
            .open();
  }

  @AfterEach
  void close() {
    transactions.close();
  }

  private ServerBinding binding() {
    return ServerBinding.of(
        transactions.transactionManager(), transactions.synchronizationRegistry(), registry);
  }

  private static Envelope message(String text) {
    return new Envelope(
        "orders", Optional.empty(), text.getBytes(StandardCharsets.UTF_8), Headers.empty());
  }

  @Test
  void sendsTakePartInTheServersTransactions() throws Exception {
    ServerBinding binding = binding();
    binding.attach(log);
    TransactionManager manager = transactions.transactionManager();
    manager.begin();
    binding.current(log).orElseThrow().append(message("a"));
    manager.commit();
    binding.detach(log);

    assertThat(log.visible()).containsExactly("a");
  }

  @Test
  void theServersRecoveryVisitsALogWhileItIsAttached() throws Exception {
    BranchId left = BranchId.of(7, new byte[] {1}, new byte[] {2});
    log.begin(left).append(message("a"));
    log.find(left).orElseThrow().prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
    ServerBinding binding = binding();

    binding.attach(log);
    assertThat(registry.known).hasSize(1);
    XAResource resource = registry.known.get(0).getXAResources()[0];
    Xid[] found = resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN);
    assertThat(found).hasSize(1);
    resource.commit(found[0], false);
    assertThat(log.visible()).containsExactly("a");

    binding.detach(log);
    assertThat(registry.known).isEmpty();
  }

  @Test
  void narayanasModuleTakesAResourceAndGivesItBack() {
    List<String> calls = new ArrayList<>();
    Recovery recovery = ModuleRecovery.running().orElseThrow();

    Recovery.Registration registration = recovery.register(recording(calls));
    transactions.recoverNow(Duration.ZERO);
    assertThat(calls).contains("recover");

    calls.clear();
    registration.remove();
    transactions.recoverNow(Duration.ZERO);
    assertThat(calls).isEmpty();
  }

  @Test
  void aDeploymentRegistersWhenTheServerHasBroughtItsRegistry() {
    DeploymentRecovery deployment = new DeploymentRecovery();
    assertThat(deployment.recovery()).isEmpty();
    deployment.expect();

    Recovery.Registration early =
        deployment.recovery().orElseThrow().register(recording(new ArrayList<>()));
    assertThat(registry.known).isEmpty();
    deployment.bring(new RegistryRecovery(registry));
    assertThat(registry.known).hasSize(1);
    Recovery.Registration late =
        deployment.recovery().orElseThrow().register(recording(new ArrayList<>()));
    assertThat(registry.known).hasSize(2);

    early.remove();
    late.remove();
    assertThat(registry.known).isEmpty();
    deployment.takeBack();
    assertThat(deployment.recovery()).isEmpty();
  }

  @Test
  void whatIsTakenBackBeforeTheServerHasBroughtItsRegistryIsNeverRegistered() {
    DeploymentRecovery deployment = new DeploymentRecovery();
    deployment.expect();
    deployment.recovery().orElseThrow().register(recording(new ArrayList<>())).remove();
    deployment.bring(new RegistryRecovery(registry));

    assertThat(registry.known).isEmpty();
  }

  @Test
  void outsideAServerItSaysWhatIsMissing() {
    assertThatThrownBy(ServerBinding::ofWildFly)
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("java:jboss/TransactionManager")
        .hasMessageContaining("WildFly");
  }

  /** Has nothing prepared, and notes who asks. */
  private static XAResource recording(List<String> calls) {
    return (XAResource)
        Proxy.newProxyInstance(
            ServerBindingTest.class.getClassLoader(),
            new Class<?>[] {XAResource.class},
            (proxy, method, arguments) -> {
              switch (method.getName()) {
                case "recover" -> {
                  calls.add("recover");
                  return new Xid[0];
                }
                case "isSameRM", "equals" -> {
                  return proxy == arguments[0];
                }
                case "hashCode" -> {
                  return System.identityHashCode(proxy);
                }
                case "toString" -> {
                  return "recording";
                }
                default -> throw new UnsupportedOperationException(method.getName());
              }
            });
  }
}
