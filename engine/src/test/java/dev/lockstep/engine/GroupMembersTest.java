package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.ClosedException;
import dev.lockstep.StartFrom;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.WakeupException;
import dev.lockstep.engine.Ledger.Membership;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Members of one group: who reads what, what a change of that does, and how long a fetch waits. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GroupMembersTest {
  private static final int PARTITIONS = 7;
  private static final Duration DAY = Duration.ofDays(1);
  private static final Membership BILLING = new Membership("billing", "orders");

  private final PowerCutStorage storage = new PowerCutStorage(3);
  private final Ledger ledger = new Ledger();
  private Engine engine;
  private Work work;

  @BeforeEach
  void open() throws IOException {
    engine = TestLogs.open(storage);
    work = new Work(engine, ledger);
    work.createTopic("orders", PARTITIONS);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private Subscription join() {
    return work.join("billing", "orders", StartFrom.EARLIEST);
  }

  private void sendToAllPartitions(int each) {
    for (int i = 0; i < PARTITIONS * each * 4; i++) {
      work.send("orders", "key" + i);
    }
  }

  private static void assertEven(List<Subscription> members) {
    List<Integer> all = new ArrayList<>();
    for (Subscription member : members) {
      int least = PARTITIONS / members.size();
      assertThat(member.assignment().size()).isBetween(least, least + 1);
      all.addAll(member.assignment());
    }
    assertThat(all).doesNotHaveDuplicates().hasSize(PARTITIONS);
  }

  @Test
  void partitionsAreSpreadEvenlyWhoeverComesAndGoes() {
    Random random = new Random(8);
    List<Subscription> members = new ArrayList<>(List.of(join()));
    for (int i = 0; i < 200; i++) {
      if (members.size() == 1 || (members.size() < PARTITIONS && random.nextBoolean())) {
        members.add(join());
      } else {
        members.remove(random.nextInt(members.size())).close();
      }
      assertEven(members);
      assertThat(engine.groups().find("billing", "orders").orElseThrow().members())
          .isEqualTo(members.size());
    }
    members.forEach(Subscription::close);
  }

  @Test
  void moreMembersThanPartitionsLeaveSomeIdleUntilOthersLeave() {
    List<Subscription> members = new ArrayList<>();
    for (int i = 0; i < PARTITIONS + 2; i++) {
      members.add(join());
    }
    assertThat(members).filteredOn(member -> member.assignment().isEmpty()).hasSize(2);
    assertThat(members).filteredOn(member -> member.assignment().size() == 1).hasSize(PARTITIONS);
    Subscription busy = members.get(0);
    members.remove(busy);
    busy.close();
    assertThat(members).filteredOn(member -> member.assignment().isEmpty()).hasSize(1);
    members.forEach(Subscription::close);
  }

  /** Nobody loses a partition that the balance does not ask for. */
  @Test
  void membersKeepWhatTheyHave() {
    Subscription first = join();
    Subscription second = join();
    Set<Integer> before = first.assignment();
    Set<Integer> others = second.assignment();
    Subscription third = join();
    assertThat(before).containsAll(first.assignment());
    assertThat(others).containsAll(second.assignment());
    Set<Integer> moved = third.assignment();
    assertThat(moved).hasSizeBetween(2, 3);
    Set<Integer> kept = first.assignment();
    Set<Integer> keptToo = second.assignment();
    third.close();
    assertThat(first.assignment()).containsAll(kept);
    assertThat(second.assignment()).containsAll(keptToo);
    Set<Integer> all = new HashSet<>(first.assignment());
    all.addAll(second.assignment());
    assertThat(all).hasSize(PARTITIONS);
  }

  @Test
  void anAcknowledgementOfALostPartitionIsRolledBack() {
    sendToAllPartitions(1);
    Subscription first = join();
    Work.Transaction late = work.begin();
    late.take(first, BILLING, 1000);
    late.send("orders", "key", 10);
    Subscription second = join();
    assertThatThrownBy(late::commitOnePhase)
        .isInstanceOf(TransactionRolledBackException.class)
        .hasMessageContaining("nothing is assigned to this member any more");
    first.rewind();
    for (Subscription member : List.of(first, second)) {
      Work.Transaction transaction = work.begin();
      transaction.take(member, BILLING, 1000);
      transaction.commitOnePhase();
      assertThat(member.fetch(1000, Duration.ZERO)).isEmpty();
      member.close();
    }
    assertThat(engine.groups().find("billing", "orders").orElseThrow().lag()).isZero();
    Examiner.examine(work);
  }

  /** It has read ahead; whoever takes over starts at what is acknowledged. */
  @Test
  void aPartitionThatMovesStartsAtTheAcknowledgedOffset() {
    sendToAllPartitions(1);
    Subscription first = join();
    int all = first.fetch(1000, Duration.ZERO).size();
    Subscription second = join();
    List<Delivery> again = second.fetch(1000, Duration.ZERO);
    assertThat(again).isNotEmpty();
    assertThat(again).allMatch(delivery -> second.assignment().contains(delivery.partition()));
    second.close();
    List<Delivery> back = first.fetch(1000, Duration.ZERO);
    assertThat(back).hasSize(again.size());
    first.rewind();
    assertThat(first.fetch(1000, Duration.ZERO)).hasSize(all);
    for (int partition : first.assignment()) {
      assertThat(first.position(partition))
          .isEqualTo(engine.topics().find("orders").orElseThrow().endOffset(partition));
    }
    first.close();
  }

  @Test
  void aMemberOfAnEarlierLifeCanNotAcknowledge() throws IOException {
    work.send("orders", "key");
    Subscription member = join();
    Delivery delivery = member.fetch(1, Duration.ZERO).get(0);
    long epoch = member.memberEpoch();
    engine.close();
    engine = TestLogs.open(storage.afterCut(Loss.KEEP));
    Branch branch = engine.log().begin();
    branch.acknowledge("billing", "orders", delivery.partition(), 0, 1, epoch);
    assertThatThrownBy(branch::commitOnePhase).isInstanceOf(TransactionRolledBackException.class);
  }

  private static CompletableFuture<List<Delivery>> fetching(Subscription member) {
    CompletableFuture<List<Delivery>> result = new CompletableFuture<>();
    Thread thread = new Thread(() -> result.complete(member.fetch(10, DAY)));
    thread.setUncaughtExceptionHandler((t, failure) -> result.completeExceptionally(failure));
    thread.start();
    await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    return result;
  }

  @Test
  void aFetchThatWaitsIsWokenByACommit() {
    Subscription member = join();
    CompletableFuture<List<Delivery>> fetch = fetching(member);
    Work.Transaction transaction = work.begin();
    transaction.send("orders", "a", 10);
    transaction.prepare();
    assertThat(fetch).isNotDone();
    transaction.commit();
    assertThat(fetch.join()).hasSize(1);
    CompletableFuture<List<Delivery>> next = fetching(member);
    work.send("orders", "b");
    assertThat(next.join()).hasSize(1);
    member.close();
  }

  @Test
  void aFetchThatWaitsIsWokenByANewAssignment() {
    Subscription first = join();
    List<Subscription> others = new ArrayList<>();
    for (int i = 1; i < PARTITIONS + 1; i++) {
      others.add(join());
    }
    Subscription idle =
        others.stream().filter(member -> member.assignment().isEmpty()).findFirst().orElseThrow();
    sendToAllPartitions(1);
    CompletableFuture<List<Delivery>> fetch = fetching(idle);
    first.close();
    assertThat(fetch.join()).isNotEmpty();
    others.forEach(Subscription::close);
  }

  @Test
  void aFetchThatWaitsIsWokenOnRequestAndByTheEnd() {
    Subscription member = join();
    CompletableFuture<List<Delivery>> woken = fetching(member);
    member.wakeup();
    assertThatThrownBy(woken::join).hasCauseInstanceOf(WakeupException.class);
    member.wakeup();
    assertThatThrownBy(() -> member.fetch(1, Duration.ZERO)).isInstanceOf(WakeupException.class);
    assertThat(member.fetch(1, Duration.ZERO)).isEmpty();
    CompletableFuture<List<Delivery>> left = fetching(member);
    member.close();
    assertThatThrownBy(left::join).hasCauseInstanceOf(ClosedException.class);
    CompletableFuture<List<Delivery>> closed = fetching(join());
    engine.close();
    assertThatThrownBy(closed::join).hasCauseInstanceOf(ClosedException.class);
  }

  @Test
  void aGroupThatStartsAtTheEndStaysThereAfterAPowerCut() throws IOException {
    sendToAllPartitions(1);
    work.join("late", "orders", StartFrom.LATEST).close();
    work.send("orders", "after");
    PowerCutStorage next = storage.afterCut(Loss.DROP);
    TestLogs.closeFailed(engine);
    engine = TestLogs.open(next);
    work = new Work(engine, ledger);
    Examiner.examine(work);
    try (Subscription late = work.join("late", "orders", StartFrom.EARLIEST)) {
      assertThat(late.fetch(1000, Duration.ZERO)).hasSize(1);
    }
  }

  @Test
  void ofTwoAcknowledgementsOfTheSameMessagesOneIsRolledBack() {
    sendToAllPartitions(1);
    Subscription member = join();
    Work.Transaction first = work.begin();
    first.take(member, BILLING, 1000);
    member.rewind();
    Work.Transaction second = work.begin();
    second.take(member, BILLING, 1000);
    second.commitOnePhase();
    assertThatThrownBy(first::commitOnePhase)
        .isInstanceOf(TransactionRolledBackException.class)
        .hasMessageContaining("and the acknowledgement starts at 0");
    member.close();
    Examiner.examine(work);
  }

  @Test
  void aTransactionAcknowledgesInSeveralStepsButNothingTwice() {
    sendToAllPartitions(4);
    Subscription member = join();
    Branch branch = engine.log().begin();
    branch.acknowledge("billing", "orders", 0, 1, 3, member.memberEpoch());
    branch.acknowledge("billing", "orders", 0, 0, 1, member.memberEpoch());
    assertThatThrownBy(() -> branch.acknowledge("billing", "orders", 0, 2, 4, member.memberEpoch()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("some of [2, 4) in partition 0");
    branch.commitOnePhase();
    assertThat(engine.groups().find("billing", "orders").orElseThrow().committed(0)).hasValue(3);
    member.close();
  }

  @Test
  void anAcknowledgementWithAGapIsRolledBack() {
    sendToAllPartitions(4);
    Subscription member = join();
    Branch branch = engine.log().begin();
    branch.acknowledge("billing", "orders", 0, 0, 1, member.memberEpoch());
    branch.acknowledge("billing", "orders", 0, 2, 3, member.memberEpoch());
    assertThatThrownBy(branch::commitOnePhase)
        .isInstanceOf(TransactionRolledBackException.class)
        .hasMessageContaining("it goes on at offset 1 and the acknowledgement starts at 2");
    member.close();
  }
}
