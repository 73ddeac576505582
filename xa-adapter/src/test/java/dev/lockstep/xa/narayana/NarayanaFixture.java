package dev.lockstep.xa.narayana;

import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.jta.xa.XATxConverter;
import com.arjuna.ats.jta.xa.XidImple;
import java.nio.file.Path;
import java.time.Duration;
import javax.transaction.xa.Xid;

/** Narayana's settings last as long as the JVM, so all tests of a fork share these. */
final class NarayanaFixture {
  static final String NODE = "test-node";
  static final Path STORE = Path.of("target", "transaction-store");

  private NarayanaFixture() {}

  /** An Xid of this node, decided with the store of a number. */
  static Xid xid(Uid transaction, int store) {
    XidImple xid = new XidImple(XATxConverter.getXid(transaction, true, XATxConverter.FORMAT_ID));
    XATxConverter.setEisName(xid.getXID(), store);
    return xid;
  }

  /** Recovery runs on request only; decision records are in files, as most fakes have no others. */
  static NarayanaTransactions.Builder transactions() {
    return NarayanaTransactions.builder(NODE, STORE)
        .recoveryInterval(Duration.ofHours(1))
        .store(TransactionStore.FILES)
        .elision(Elision.OFF);
  }
}
