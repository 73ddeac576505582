package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.Headers;
import dev.lockstep.InDoubtException;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.LogFailedException;
import dev.lockstep.Message;
import dev.lockstep.Producer;
import dev.lockstep.Reader;
import dev.lockstep.ReaderConfig;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.Topics.TopicInfo;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.UnknownTopicException;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Topics that are altered and deleted while they are used. */
@Timeout(60)
@ExtendWith(QuietLog.class)
class TopicLifeTest {
  private static final BranchId ID = BranchId.of(7, new byte[] {1}, new byte[] {2});

  private PowerCutStorage storage = new PowerCutStorage(11);
  private Engine engine = open();

  private Engine open() {
    try {
      return TestLogs.open(storage);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void create() {
    engine.topics().create(TopicConfig.of("orders").partitions(2));
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private void reopen() {
    engine.close();
    storage = TestLogs.again(storage);
    engine = open();
  }

  private static Envelope message(String topic, String key) {
    return new Envelope(
        topic, Optional.of(key.getBytes(StandardCharsets.UTF_8)), new byte[20], Headers.empty());
  }

  private void send(String topic, String key) {
    Branch branch = engine.log().begin();
    branch.append(message(topic, key));
    branch.commitOnePhase();
  }

  private static void acknowledge(Branch branch, Delivery delivery, Subscription member) {
    branch.acknowledge(
        "billing",
        "orders",
        delivery.partition(),
        delivery.offset(),
        delivery.offset() + 1,
        member.memberEpoch());
  }

  @Test
  void addedPartitionsAreWrittenAndReadAtOnceAndAfterAReopen() {
    try (Subscription member = engine.log().subscribe("billing", "orders", StartFrom.EARLIEST)) {
      TopicConfig five = TopicConfig.of("orders").partitions(5).retainFor(Duration.ofDays(1));
      assertThat(engine.topics().alter(five).config()).isEqualTo(five);
      for (int i = 0; i < 50; i++) {
        send("orders", "key" + i);
      }
      assertThat(member.assignment()).containsExactly(0, 1, 2, 3, 4);
      List<Delivery> all = member.fetch(100, Duration.ZERO);
      assertThat(all).hasSize(50);
      assertThat(all).extracting(Delivery::partition).contains(4);
      Branch branch = engine.log().begin();
      Delivery last = all.stream().filter(one -> one.partition() == 4).findFirst().orElseThrow();
      acknowledge(branch, last, member);
      branch.commitOnePhase();
    }
    reopen();
    assertThat(engine.topics().find("orders").orElseThrow().config().partitions()).isEqualTo(5);
    assertThat(engine.groups().find("billing", "orders").orElseThrow().committed(4)).hasValue(1);
    assertThat(engine.groups().find("billing", "orders").orElseThrow().lag()).isEqualTo(49);
  }

  @Test
  void whatCanNotBeAlteredIsRefused() {
    assertThatThrownBy(() -> engine.topics().alter(TopicConfig.of("orders")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("topic 'orders' has 2 partitions and can't get along with 1");
    assertThatThrownBy(() -> engine.topics().alter(TopicConfig.of("order")))
        .isInstanceOf(UnknownTopicException.class);
  }

  @Test
  void aDeletedTopicIsGoneForAllWhoUseIt() {
    send("orders", "a");
    TopicInfo info = engine.topics().find("orders").orElseThrow();
    Subscription member = engine.log().subscribe("billing", "orders", StartFrom.EARLIEST);
    Branch sender = engine.log().begin();
    sender.append(message("orders", "b"));
    Branch consumer = engine.log().begin();
    acknowledge(consumer, member.fetch(1, Duration.ZERO).get(0), member);
    Branch preparing = engine.log().begin(ID);
    preparing.append(message("orders", "c"));

    assertThat(engine.topics().delete("orders")).isTrue();
    assertThat(engine.topics().delete("orders")).isFalse();

    assertThat(engine.topics().names()).isEmpty();
    assertThat(engine.groups().names()).isEmpty();
    assertThatThrownBy(() -> info.endOffset(0)).isInstanceOf(UnknownTopicException.class);
    assertThatThrownBy(() -> member.fetch(1, Duration.ZERO))
        .isInstanceOf(UnknownTopicException.class)
        .hasMessageContaining("topic 'orders' was deleted");
    assertThatThrownBy(sender::commitOnePhase).isInstanceOf(UnknownTopicException.class);
    assertThat(sender.state()).isEqualTo(Branch.State.ROLLED_BACK);
    assertThatThrownBy(consumer::commitOnePhase).isInstanceOf(TransactionRolledBackException.class);
    assertThatThrownBy(() -> preparing.prepare(Decider.TRANSACTION_MANAGER, new byte[0]))
        .isInstanceOf(UnknownTopicException.class);
    assertThat(engine.log().find(ID)).isEmpty();
    member.close();
  }

  @Test
  void oneOfTheSameNameIsAnotherTopic() throws IOException {
    send("orders", "a");
    engine.log().subscribe("billing", "orders", StartFrom.EARLIEST).close();
    Branch old = engine.log().begin();
    old.append(message("orders", "b"));
    engine.topics().delete("orders");
    engine.topics().create(TopicConfig.of("orders"));
    assertThatThrownBy(old::commitOnePhase).isInstanceOf(UnknownTopicException.class);
    assertThat(engine.topics().find("orders").orElseThrow().endOffset(0)).isZero();
    assertThat(engine.groups().find("billing", "orders")).isEmpty();
    send("orders", "c");
    reopen();
    engine.topics().delete("orders");
    reopen();
    engine.topics().create(TopicConfig.of("orders"));
    assertThat(engine.topics().find("orders").orElseThrow().endOffset(0)).isZero();
    assertThat(storage.names()).noneMatch(name -> name.startsWith("00000001-"));
  }

  @Test
  void consumersStayWithTheDeletedTopicAndProducersDoNot() {
    Producer<String> producer = engine.producer("orders", String.class);
    Consumer<String> consumer =
        engine.consumer(ConsumerConfig.of("billing", "orders", String.class));
    Reader<String> reader = engine.reader(ReaderConfig.of("orders", String.class));
    send("orders", "a");
    engine.topics().delete("orders");
    assertThatThrownBy(() -> producer.send("a", "b")).isInstanceOf(UnknownTopicException.class);
    engine.topics().create(TopicConfig.of("orders"));
    try (Consumer<String> other =
        engine.consumer(ConsumerConfig.of("billing", "orders", String.class))) {
      producer.send("a", "c");
      assertThat(other.poll(Duration.ZERO)).extracting(Message::payload).containsExactly("c");
      other.commit();
      assertThat(other.committed(0)).hasValue(1);
    }
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> consumer.poll(Duration.ZERO),
            () -> consumer.committed(0),
            () -> consumer.seek(0, 0),
            consumer::seekToBeginning,
            () -> reader.poll(Duration.ZERO),
            () -> reader.position(0))) {
      assertThatThrownBy(call).isInstanceOf(UnknownTopicException.class);
    }
    consumer.close();
    reader.close();
  }

  @Test
  void whatIsInDoubtKeepsATopic() {
    send("orders", "a");
    Branch sender = engine.log().begin(ID);
    sender.append(message("orders", "b"));
    sender.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
    assertInDoubt();
    reopen();
    assertInDoubt();
    engine.log().rollback(ID);
    Branch consumer = engine.log().begin(ID);
    try (Subscription member = engine.log().subscribe("billing", "orders", StartFrom.EARLIEST)) {
      acknowledge(consumer, member.fetch(1, Duration.ZERO).get(0), member);
      consumer.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
      assertInDoubt();
      engine.log().commit(ID);
    }
    assertThat(engine.topics().delete("orders")).isTrue();
  }

  private void assertInDoubt() {
    assertThatThrownBy(() -> engine.topics().delete("orders"))
        .isInstanceOf(InDoubtException.class)
        .hasMessageContaining(ID.toString());
    assertThat(engine.topics().names()).containsExactly("orders");
  }

  @Test
  void aDeletionSaysThatTheLogHasFailed() throws IOException {
    PowerCutStorage failing = new PowerCutStorage(12);
    Engine idle = TestLogs.open(failing);
    try {
      idle.topics().create(TopicConfig.of("orders"));
      TestLogs.awaitIdle(failing);
      failing.cutAfter(1); // the force of the watermark, before the deletion looks who uses it
      assertThatThrownBy(() -> idle.topics().delete("orders"))
          .isInstanceOf(LogFailedException.class);
    } finally {
      TestLogs.closeFailed(idle);
    }
  }

  @Test
  void underLoadEveryCommitIsRefusedOrGoesWithTheTopic() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger committed = new AtomicInteger();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Runnable load =
        () -> {
          try {
            while (!done.get()) {
              sendUnlessDeleted(committed);
            }
          } catch (RuntimeException | Error e) {
            failure.set(e);
          }
        };
    List<Thread> senders = List.of(new Thread(load), new Thread(load), new Thread(load));
    senders.forEach(Thread::start);
    for (int i = 0; i < 30; i++) {
      engine.topics().createIfAbsent(TopicConfig.of("other"));
      int before = committed.get();
      engine.topics().alter(TopicConfig.of("other").partitions(1 + i % 4));
      while (committed.get() < before + 5 && failure.get() == null) {
        Thread.onSpinWait();
      }
      engine.topics().delete("other");
    }
    done.set(true);
    for (Thread sender : senders) {
      sender.join();
    }
    assertThat(failure.get()).isNull();
    reopen();
    assertThat(engine.topics().names()).containsExactly("orders");
    TopicInfo orders = engine.topics().find("orders").orElseThrow();
    assertThat(orders.endOffset(0) + orders.endOffset(1)).isEqualTo(committed.get());
  }

  /** Each commit has a message in a topic that stays, too: it is there if the commit was. */
  private void sendUnlessDeleted(AtomicInteger committed) {
    Branch branch = engine.log().begin();
    try {
      branch.append(message("other", "a"));
      branch.append(message("orders", "a"));
      branch.commitOnePhase();
      committed.incrementAndGet();
    } catch (UnknownTopicException e) {
      branch.rollback();
    }
  }
}
