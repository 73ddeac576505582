package dev.lockstep.xa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.Diagnosis.Severity;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whether somebody recovers a log shows when it has been open for a while. */
@Timeout(60)
class JtaBindingDiagnosisTest {
  private Instant now = Instant.EPOCH;

  private final class TestClock extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  private static <T> T unused(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              throw new UnsupportedOperationException(method.getName());
            }));
  }

  private JtaBinding binding() {
    return JtaBinding.of(
        unused(TransactionManager.class),
        unused(TransactionSynchronizationRegistry.class),
        ForcingPolicy.ALWAYS,
        new TestClock());
  }

  @Test
  void aLogThatNobodyRecoversIsFoundAfterAWhile() throws Exception {
    JtaBinding binding = binding();
    FakeLog log = new FakeLog();
    binding.attach(log);
    XAResource recovery = binding.recoveryResource(log);
    now = now.plus(JtaBinding.GRACE);
    assertThat(binding.diagnose()).isEmpty();
    now = now.plus(Duration.ofMillis(1));
    List<Finding> findings = binding.diagnose();
    assertThat(findings).extracting(Finding::code).containsExactly("LSTP-0520");
    assertThat(findings.get(0).severity()).isEqualTo(Severity.REFUSE);
    assertThat(findings.get(0).problem()).contains(log.id().toString());

    recovery.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN);
    assertThat(binding.diagnose()).isEmpty();
  }

  @Test
  void aLogThatIsDetachedNeedsNoRecovery() {
    JtaBinding binding = binding();
    FakeLog log = new FakeLog();
    binding.attach(log);
    binding.detach(log);
    now = now.plus(JtaBinding.GRACE).plus(JtaBinding.GRACE);
    assertThat(binding.diagnose()).isEmpty();
  }
}
