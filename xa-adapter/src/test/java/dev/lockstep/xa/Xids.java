package dev.lockstep.xa;

import dev.lockstep.Headers;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.transaction.xa.XAException;
import javax.transaction.xa.Xid;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the tests of XA need again and again. */
final class Xids {
  private Xids() {}

  static Xid xid(int number) {
    return new BranchXid(BranchId.of(131077, new byte[] {1, (byte) number}, new byte[] {2}));
  }

  static Envelope message(String text) {
    return new Envelope(
        "orders", Optional.empty(), text.getBytes(StandardCharsets.UTF_8), Headers.empty());
  }

  static XAException failureOf(ThrowingCallable call) {
    Throwable thrown = Assertions.catchThrowable(call);
    Assertions.assertThat(thrown).isInstanceOf(XAException.class);
    Assertions.assertThat(thrown.getMessage()).isNotBlank();
    return (XAException) thrown;
  }

  static void assertCode(int code, ThrowingCallable call) {
    XAException failure = failureOf(call);
    Assertions.assertThat(failure.errorCode).as(failure.toString()).isEqualTo(code);
  }
}
