package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.LockstepException;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.Ledger.Membership;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.jmx.GroupsMXBean;
import dev.lockstep.engine.jmx.LogMXBean;
import dev.lockstep.engine.jmx.TopicsMXBean;
import dev.lockstep.engine.jmx.TransactionsMXBean;
import dev.lockstep.spi.Subscription;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Set;
import javax.management.JMException;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What JMX shows of a live log, and that it is gone afterwards. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class ManagementTest {
  private final MBeanServer server = MBeanServerFactory.newMBeanServer();

  private Set<ObjectName> names() throws JMException {
    return server.queryNames(new ObjectName("dev.lockstep:*"), null);
  }

  private <T> T bean(String type, Class<T> shown) throws JMException {
    return JMX.newMXBeanProxy(
        server, new ObjectName("dev.lockstep:type=" + type + ",dir=\"memory\""), shown);
  }

  @Test
  void theLogsFiguresMove() throws IOException, JMException {
    try (Engine engine = TestLogs.open(new PowerCutStorage(1))) {
      engine.manage(server);
      LogMXBean log = bean("Log", LogMXBean.class);
      assertThat(log.getDirectory()).isEqualTo("memory");
      assertThat(log.getLogId()).isEqualTo(engine.log().id().toString());
      assertThat(log.getIncarnation()).isEqualTo(1);
      assertThat(log.isFailed()).isFalse();
      assertThat(log.getCommitPath()).isEqualTo("log-only");
      assertThat(log.getCommitted()).containsEntry("LOG_ONLY", 0L).containsEntry("XA", 0L);
      assertThat(log.getForcesPerTransaction()).isZero();
      Work work = new Work(engine, new Ledger());
      work.createTopic("orders", 2);
      long forces = log.getForces();
      long appended = log.getAppendedBytes();
      for (int i = 0; i < 3; i++) {
        work.send("orders", "key" + i);
      }
      Work.Transaction prepared = work.begin();
      prepared.send("orders", "key", 1000);
      prepared.prepare();
      prepared.commit();
      work.begin().rollback();
      assertThat(log.getForces()).isGreaterThan(forces);
      assertThat(log.getForcedBytes()).isGreaterThan(1000);
      assertThat(log.getForceMicrosTotal()).isGreaterThanOrEqualTo(log.getForceMicrosMax());
      assertThat(log.getForceMicrosP50()).isLessThanOrEqualTo(log.getForceMicrosP99());
      assertThat(log.getForceMicrosP99()).isLessThanOrEqualTo(log.getForceMicrosMax());
      assertThat(log.getAppendedBytes()).isGreaterThan(appended + 1000);
      assertThat(log.getCommitted()).containsEntry("LOG_ONLY", 3L).containsEntry("XA", 1L);
      assertThat(log.getForcesPerTransaction())
          .isBetween(forces / 4.0, log.getForces() / 4.0)
          .isGreaterThanOrEqualTo(5 / 4.0);
      assertThat(log.getCommittedMessages()).isEqualTo(4);
      assertThat(log.getPrepared()).isEqualTo(1);
      assertThat(log.getRolledBack()).isEqualTo(1);
      assertThat(log.getCommitMicrosP50()).isLessThanOrEqualTo(log.getCommitMicrosP99());
    }
  }

  @Test
  void spaceAndCheckpointsAreShown() throws IOException, JMException {
    PowerCutStorage storage = new PowerCutStorage(1);
    try (Engine engine = TestLogs.open(storage)) {
      engine.manage(server);
      LogMXBean log = bean("Log", LogMXBean.class);
      assertThat(log.getCheckpoints()).isZero();
      assertThat(log.getCheckpointAgeMillis()).isEqualTo(-1);
      assertThat(log.getCheckpointMicros()).isEqualTo(-1);
      Work work = new Work(engine, new Ledger());
      work.createTopic("orders", 1);
      work.send("orders", "key");
      long replayed = log.getReplayBytes();
      assertThat(replayed).isPositive();
      engine.reclaimNow();
      assertThat(log.getCheckpoints()).isPositive();
      assertThat(log.getCheckpointAgeMillis()).isNotNegative();
      assertThat(log.getCheckpointMicros()).isPositive();
      assertThat(log.getReplayBytes()).isLessThan(replayed);
      assertThat(log.getSegments()).isPositive();
      assertThat(log.getDiskUsedBytes()).isGreaterThanOrEqualTo(TestLogs.SEGMENT);
      assertThat(log.getDiskBudgetBytes()).isZero();
    }
  }

  @Test
  void topicsGroupsAndTransactionsAreShown() throws IOException, JMException {
    try (Engine engine = TestLogs.open(new PowerCutStorage(1))) {
      engine.manage(server);
      Work work = new Work(engine, new Ledger());
      assertThat(bean("Topics", TopicsMXBean.class).getTopics()).isEmpty();
      work.createTopic("orders", 1);
      for (int i = 0; i < 4; i++) {
        work.send("orders", "key");
      }
      TopicsMXBean.TopicFigures topic =
          bean("Topics", TopicsMXBean.class).getTopics().get("orders");
      assertThat(topic.getPartitions()).isEqualTo(1);
      assertThat(topic.getFirstOffsets()).containsExactly(0);
      assertThat(topic.getEndOffsets()).containsExactly(4);
      try (Subscription member = work.join("billing", "orders", StartFrom.EARLIEST)) {
        Work.Transaction consumed = work.begin();
        consumed.take(member, new Membership("billing", "orders"), 3);
        consumed.commitOnePhase();
        Work.Transaction undecided = work.begin();
        undecided.take(member, new Membership("billing", "orders"), 1);
        undecided.send("orders", "key", 10);
        undecided.prepare();
        GroupsMXBean.GroupFigures group =
            bean("Groups", GroupsMXBean.class).getGroups().get("billing/orders");
        assertThat(group.getGroup()).isEqualTo("billing");
        assertThat(group.getTopic()).isEqualTo("orders");
        assertThat(group.getMembers()).isEqualTo(1);
        assertThat(group.getLag()).isEqualTo(1);
        assertThat(group.getLags()).containsExactly(1);
        assertThat(group.getCommitted()).containsExactly(3);
        assertThat(group.getParked()).isZero();
        assertThat(group.getWaiting()).isEmpty();
        assertThat(group.getBlockedBy()).containsExactly(undecided.entry().id().toString());
        TransactionsMXBean transactions = bean("Transactions", TransactionsMXBean.class);
        assertThat(transactions.getInDoubt()).isEqualTo(1);
        assertThat(transactions.getOldestInDoubtMillis()).isNotNegative();
        TransactionsMXBean.InDoubtFigures doubt =
            transactions.getTransactions().get(undecided.entry().id().toString());
        assertThat(doubt.getPath()).isEqualTo("XA");
        assertThat(doubt.getMessages()).isEqualTo(1);
        assertThat(doubt.getWaitsFor()).contains("transaction manager");
        undecided.commit();
        assertThat(transactions.getInDoubt()).isZero();
        assertThat(transactions.getOldestInDoubtMillis()).isZero();
      }
    }
  }

  /** As a console calls it: with texts, and answers of classes that it has. */
  @Test
  void transactionsAreDecidedByHand() throws IOException, JMException {
    try (Engine engine = TestLogs.open(new PowerCutStorage(1))) {
      engine.manage(server);
      ObjectName name = new ObjectName("dev.lockstep:type=Transactions,dir=\"memory\"");
      TransactionsMXBean transactions = bean("Transactions", TransactionsMXBean.class);
      Work work = new Work(engine, new Ledger());
      work.createTopic("orders", 1);
      Work.Transaction one = work.begin();
      one.send("orders", "key", 10);
      one.prepare();
      String id = one.entry().id().toString();
      String[] types = {"java.lang.String", "java.lang.String", "java.lang.String"};
      for (String operation : new String[] {"commitTransaction", "rollbackTransaction"}) {
        assertThatThrownBy(
                () -> server.invoke(name, operation, new Object[] {id, "why", "PROVEN"}, types))
            .cause()
            .isExactlyInstanceOf(IllegalStateException.class)
            .hasMessageContaining("LSTP-0123");
      }
      String[] two = {"java.lang.String", "java.lang.String"};
      for (String operation : new String[] {"commitTransaction", "rollbackTransaction"}) {
        assertThatThrownBy(() -> server.invoke(name, operation, new Object[] {id, "why"}, two))
            .cause()
            .hasMessageContaining("nothing proves");
      }
      server.invoke(name, "rollbackTransaction", new Object[] {id, "why", "FORCED"}, types);
      assertThat(transactions.getInDoubt()).isZero();
      assertThat(transactions.getOldestInDoubtMillis()).isZero();
      assertThat(transactions.getHeuristics()).isEqualTo(1);
      assertThat(transactions.getTransactions().get(id).getHeuristic()).isEqualTo("ROLLED_BACK");
      transactions.forget(id, "told by telephone");
      assertThat(transactions.getHeuristics()).isZero();
      assertThat(transactions.getTransactions()).isEmpty();
      assertThat(transactions.getAudit()).hasSize(2);
      TransactionsMXBean.AuditFigures forgotten = transactions.getAudit().get(1);
      assertThat(forgotten.getAction()).isEqualTo("FORGET");
      assertThat(forgotten.getTransactionId()).isEqualTo(id);
      assertThat(forgotten.getReason()).isEqualTo("told by telephone");
      assertThat(forgotten.getDecision()).isEqualTo("UNKNOWN");
      assertThat(forgotten.getResolve()).isEqualTo("FORCED");
      assertThat(forgotten.getUser()).isNotEmpty();
      assertThat(forgotten.getHost()).isNotEmpty();
      assertThat(forgotten.getPid()).isPositive();
      assertThat(forgotten.getAt()).endsWith("Z");
    }
  }

  /** As consoles and exporters see it, which have none of our classes. */
  @Test
  void everyAttributeIsOfAnOpenType() throws IOException, JMException {
    try (Engine engine = TestLogs.open(new PowerCutStorage(1))) {
      engine.manage(server);
      Work work = new Work(engine, new Ledger());
      work.createTopic("orders", 1);
      work.join("billing", "orders", StartFrom.EARLIEST).close();
      assertThat(names()).hasSize(4);
      for (ObjectName name : names()) {
        for (var attribute : server.getMBeanInfo(name).getAttributes()) {
          assertThat(server.getAttribute(name, attribute.getName()))
              .as(name + " " + attribute.getName())
              .isInstanceOfAny(
                  String.class,
                  Integer.class,
                  Long.class,
                  Double.class,
                  Boolean.class,
                  TabularData.class,
                  CompositeData[].class);
        }
      }
      TabularData topics =
          (TabularData)
              server.getAttribute(
                  new ObjectName("dev.lockstep:type=Topics,dir=\"memory\""), "Topics");
      CompositeData row = topics.get(new Object[] {"orders"});
      assertThat(((CompositeData) row.get("value")).get("partitions")).isEqualTo(1);
    }
  }

  @Test
  void theBeansAreGoneAfterTheClose() throws IOException, JMException {
    Engine engine = TestLogs.open(new PowerCutStorage(1));
    engine.manage(server);
    assertThat(names()).hasSize(4);
    engine.close();
    assertThat(names()).isEmpty();
    engine.close();
  }

  @Test
  void aFailedLogSaysSoUntilItIsClosed() throws IOException, JMException {
    PowerCutStorage storage = new PowerCutStorage(1);
    Engine engine = TestLogs.open(storage);
    engine.manage(server);
    storage.failForce(1);
    assertThatThrownBy(() -> engine.topics().create(TopicConfig.of("orders")))
        .isInstanceOf(LockstepException.class); // that force may be one for a spare segment
    await().until(() -> bean("Log", LogMXBean.class).isFailed());
    assertThatThrownBy(() -> bean("Topics", TopicsMXBean.class).getTopics())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("LSTP-0302");
    TestLogs.closeFailed(engine);
    assertThat(names()).isEmpty();
  }

  /** Whatever took the name: the log opens, works, closes, and leaves the other bean alone. */
  @Test
  void aRefusedRegistrationIsNotFatal() throws IOException, JMException {
    ObjectName taken = new ObjectName("dev.lockstep:type=Log,dir=\"memory\"");
    server.registerMBean(new StandardMBean(() -> {}, Runnable.class), taken);
    try (Engine engine = TestLogs.open(new PowerCutStorage(1))) {
      engine.manage(server);
      assertThat(names()).hasSize(4);
      new Work(engine, new Ledger()).createTopic("orders", 1);
    }
    assertThat(names()).containsExactly(taken);
  }

  @Test
  void twoLogsOfOneProcessDoNotCollide(@TempDir Path one, @TempDir Path two)
      throws JMException, IOException {
    MBeanServer platform = ManagementFactory.getPlatformMBeanServer();
    ObjectName all = new ObjectName("dev.lockstep:type=Log,*");
    try (Lockstep first = Lockstep.open(config(one));
        Lockstep second = Lockstep.open(config(two))) {
      first.topics().create(TopicConfig.of("orders"));
      assertThat(platform.queryNames(all, null))
          .extracting(name -> ObjectName.unquote(name.getKeyProperty("dir")))
          .contains(one.toString(), two.toString());
      assertThat(second.topics().names()).isEmpty();
    }
    assertThat(platform.queryNames(all, null))
        .extracting(name -> ObjectName.unquote(name.getKeyProperty("dir")))
        .doesNotContain(one.toString(), two.toString());
  }

  private static LockstepConfig config(Path directory) {
    return TestLogs.config(directory).build();
  }
}
