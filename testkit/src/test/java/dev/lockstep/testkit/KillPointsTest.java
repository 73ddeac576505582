package dev.lockstep.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.arjuna.ats.arjuna.common.CoordinatorEnvironmentBean;
import com.arjuna.ats.arjuna.common.CoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.VolatileStore;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import dev.lockstep.InvalidConfigException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With a real transaction manager, since what it does with the decorated ones is the point. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class KillPointsTest {
  private final List<String> seen = new ArrayList<>();
  private final TransactionManager manager =
      com.arjuna.ats.jta.TransactionManager.transactionManager();

  @BeforeAll
  static void keepNoTransactionLog() throws Exception {
    BeanPopulator.getDefaultInstance(CoreEnvironmentBean.class).setNodeIdentifier("n1");
    BeanPopulator.getDefaultInstance(CoordinatorEnvironmentBean.class)
        .setTransactionStatusManagerEnable(false);
    for (String store : List.of("default", "stateStore", "communicationStore")) {
      BeanPopulator.getNamedInstance(
              ObjectStoreEnvironmentBean.class, store.equals("default") ? null : store)
          .setObjectStoreType(VolatileStore.class.getName());
    }
  }

  @Test
  void aTwoPhaseCommitPassesItsPointsInOrder() throws Exception {
    TransactionManager instrumented = recordingAllPoints();
    instrumented.begin();
    assertThat(instrumented.getTransaction().enlistResource(resource("log"))).isTrue();
    assertThat(instrumented.getTransaction().enlistResource(resource("database"))).isTrue();
    instrumented.commit();
    assertThat(seen)
        .containsExactly(
            "log.prepare.before",
            "log prepare",
            "log.prepare.after",
            "database.prepare.before",
            "database prepare",
            "database.prepare.after",
            "log.commit.before",
            "log commit",
            "log.commit.after",
            "database.commit.before",
            "database commit",
            "database.commit.after");
  }

  @Test
  void oneResourceTakesTheOnePhasePath() throws Exception {
    TransactionManager instrumented = recordingAllPoints();
    instrumented.begin();
    instrumented.getTransaction().enlistResource(resource("log"));
    instrumented.commit();
    assertThat(seen)
        .containsExactly("log.commit-one-phase.before", "log commit", "log.commit-one-phase.after");
  }

  @Test
  void aRollbackHasItsPoints() throws Exception {
    TransactionManager instrumented = recordingAllPoints();
    instrumented.begin();
    instrumented.getTransaction().enlistResource(resource("log"));
    instrumented.rollback();
    assertThat(seen).containsExactly("log.rollback.before", "log rollback", "log.rollback.after");
  }

  @Test
  void resourcesOfOneManagerStillShareABranch() throws Exception {
    TransactionManager instrumented = recordingAllPoints();
    instrumented.begin();
    instrumented.getTransaction().enlistResource(resource("log"));
    instrumented.getTransaction().enlistResource(resource("log"));
    instrumented.commit();
    assertThat(seen).contains("log.commit-one-phase.before").doesNotContain("log.prepare.before");
  }

  @Test
  void anEnlistedResourceCanBeDelistedAndATransactionSuspended() throws Exception {
    TransactionManager instrumented = recordingAllPoints();
    XAResource resource = resource("log");
    instrumented.begin();
    Transaction transaction = instrumented.getTransaction();
    transaction.enlistResource(resource);
    assertThat(transaction.delistResource(resource, XAResource.TMSUCCESS)).isTrue();
    assertThat(transaction.enlistResource(resource)).isTrue();
    Transaction suspended = instrumented.suspend();
    assertThat(instrumented.getTransaction()).isNull();
    instrumented.resume(suspended);
    assertThat(instrumented.getTransaction()).isEqualTo(transaction);
    instrumented.commit();
    assertThat(seen).contains("log commit");
  }

  @Test
  void onlyTheChosenPassingActs() {
    List<String> reached = new ArrayList<>();
    KillPoints points =
        KillPoints.armed("log.commit.before@2, database.prepare.after", reached::add);
    points.pass("log.commit.before");
    assertThat(reached).isEmpty();
    points.pass("log.commit.before");
    points.pass("log.commit.before");
    points.pass("log.commit.after");
    points.pass("database.prepare.after");
    assertThat(reached).containsExactly("log.commit.before", "database.prepare.after");
  }

  @Test
  void aParkedThreadSaysWhereAndStaysThere() throws Exception {
    try (PipedInputStream in = new PipedInputStream();
        PrintStream out =
            new PrintStream(new PipedOutputStream(in), true, StandardCharsets.UTF_8)) {
      KillPoints points = KillPoints.armed("log.commit.after", KillPoints.park(out));
      Thread thread = new Thread(() -> points.pass("log.commit.after"));
      thread.setDaemon(true);
      thread.start();
      byte[] line = in.readNBytes("KILL-POINT log.commit.after\n".length());
      assertThat(new String(line, StandardCharsets.UTF_8))
          .isEqualTo("KILL-POINT log.commit.after\n");
      thread.interrupt();
      Awaitility.await()
          .until(
              () ->
                  thread.getState() == Thread.State.WAITING
                      || thread.getState() == Thread.State.RUNNABLE);
      assertThat(thread.isAlive()).isTrue();
    }
  }

  @Test
  void aHaltEndsTheProcessAtOnce() throws Exception {
    Process process =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty("java.class.path"),
                Halting.class.getName())
            .start();
    assertThat(process.waitFor()).isEqualTo(137);
  }

  /** A process that reaches a kill point and must not get past it. */
  static final class Halting {
    private Halting() {}

    public static void main(String[] args) {
      KillPoints.armed("log.commit.after", KillPoints.halt()).pass("log.commit.after");
    }
  }

  @Test
  void allNamesCanBeArmed() {
    List<String> names = KillPoints.names(KillPoints.LOG, KillPoints.DATABASE);
    assertThat(names)
        .hasSize(16)
        .doesNotHaveDuplicates()
        .contains("database.commit-one-phase.after");
    List<String> reached = new ArrayList<>();
    KillPoints points = KillPoints.armed(String.join(",", names), reached::add);
    names.forEach(points::pass);
    assertThat(reached).isEqualTo(names);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "log.commit",
        "log.commit.during",
        "commit.before",
        "log.commit.before@0",
        "log.commit.before,"
      })
  void whatIsNoKillPointIsRefused(String text) {
    assertThatThrownBy(() -> KillPoints.armed(text, KillPoints.halt()))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("is not a kill point")
        .hasMessageContaining("log.commit.before@3");
  }

  @Test
  void aPointThatIsArmedTwiceIsRefused() {
    assertThatThrownBy(
            () -> KillPoints.armed("log.commit.before@1,log.commit.before@3", KillPoints.halt()))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("kill point log.commit.before is armed twice");
  }

  private TransactionManager recordingAllPoints() {
    String all = String.join(",", KillPoints.names("log", "database"));
    return KillPoints.armed(all, seen::add)
        .instrument(manager, resource -> ((Recording) resource).role);
  }

  private XAResource resource(String role) {
    return new Recording(role, seen);
  }

  private static final class Recording implements XAResource {
    private final String role;
    private final List<String> seen;

    private Recording(String role, List<String> seen) {
      this.role = role;
      this.seen = seen;
    }

    @Override
    public int prepare(Xid xid) {
      seen.add(role + " prepare");
      return XA_OK;
    }

    @Override
    public void commit(Xid xid, boolean onePhase) {
      seen.add(role + " commit");
    }

    @Override
    public void rollback(Xid xid) {
      seen.add(role + " rollback");
    }

    @Override
    public void start(Xid xid, int flags) {}

    @Override
    public void end(Xid xid, int flags) {}

    @Override
    public void forget(Xid xid) {}

    @Override
    public Xid[] recover(int flag) {
      return new Xid[0];
    }

    @Override
    public boolean isSameRM(XAResource other) {
      return other instanceof Recording that && role.equals(that.role);
    }

    @Override
    public int getTransactionTimeout() {
      return 0;
    }

    @Override
    public boolean setTransactionTimeout(int seconds) {
      return false;
    }
  }
}
