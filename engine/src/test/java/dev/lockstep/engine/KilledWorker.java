package dev.lockstep.engine;

import dev.lockstep.Headers;
import dev.lockstep.Lockstep;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A process that works until it is killed. It says on its standard output, in one line each, what
 * was acknowledged to it: {@code sent}, {@code prepared}, {@code decided} and {@code taken}.
 *
 * <p>Each transaction sends one message to each of two topics. Its name is its payload.
 */
final class KilledWorker {
  static final List<String> TOPICS = List.of("orders", "invoices");
  static final String GROUP = "billing";
  static final int PARTITIONS = 3;

  private static final int FORMAT = 11;
  private static final int SENDERS = 3;

  private final Engine engine;
  private final String life;
  private final PrintStream out;

  private KilledWorker(Engine engine, String life, PrintStream out) {
    this.engine = engine;
    this.life = life;
    this.out = out;
  }

  /**
   * Works until it is killed.
   *
   * @param args the data directory, and a name of this life
   */
  public static void main(String[] args) {
    Engine engine = (Engine) Lockstep.open(TestLogs.config(Path.of(args[0])).build());
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    KilledWorker worker = new KilledWorker(engine, args[1], out);
    TOPICS.forEach(
        topic -> engine.topics().createIfAbsent(TopicConfig.of(topic).partitions(PARTITIONS)));
    worker.decide();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < SENDERS; i++) {
      int number = i;
      threads.add(new Thread(() -> worker.send(number)));
    }
    threads.add(new Thread(worker::take));
    threads.forEach(thread -> thread.setUncaughtExceptionHandler(KilledWorker::stop));
    threads.forEach(Thread::start);
  }

  private static void stop(Thread thread, Throwable failure) {
    failure.printStackTrace();
    Runtime.getRuntime().halt(1);
  }

  /** Commits what earlier lives left in doubt, or rolls it back, by its name. */
  private void decide() {
    for (Undecided undecided : engine.log().undecided(Decider.TRANSACTION_MANAGER)) {
      String name = new String(undecided.note(), StandardCharsets.UTF_8);
      decide(undecided.id(), name);
    }
  }

  private void decide(BranchId id, String name) {
    out.println("deciding " + name);
    if (isCommitted(name)) {
      engine.log().commit(id);
    } else {
      engine.log().rollback(id);
    }
    out.println("decided " + name);
  }

  /** What a transaction manager would have decided. */
  static boolean isCommitted(String name) {
    return name.hashCode() % 3 != 0;
  }

  private void send(int number) {
    for (int i = 0; ; i++) {
      String name = life + "-" + number + "-" + i;
      BranchId id = BranchId.of(FORMAT, name.getBytes(StandardCharsets.UTF_8), new byte[0]);
      Branch branch = engine.log().begin(id);
      for (String topic : TOPICS) {
        byte[] payload = (name + "." + "x".repeat(i % 50 * 20)).getBytes(StandardCharsets.UTF_8);
        byte[] key = name.getBytes(StandardCharsets.UTF_8);
        branch.append(new Envelope(topic, Optional.of(key), payload, Headers.empty()));
      }
      if (i % 3 == 0) {
        branch.prepare(Decider.TRANSACTION_MANAGER, name.getBytes(StandardCharsets.UTF_8));
        out.println("prepared " + name);
        decide(id, name);
      } else {
        branch.commitOnePhase();
        out.println("sent " + name);
      }
    }
  }

  /** Takes messages, and says which it took once that is durable. */
  private void take() {
    try (Subscription member = engine.log().subscribe(GROUP, TOPICS.get(0), StartFrom.EARLIEST)) {
      while (true) {
        for (Delivery delivery : member.fetch(1, Duration.ofSeconds(1))) {
          Branch branch = engine.log().begin();
          branch.acknowledge(
              GROUP,
              TOPICS.get(0),
              delivery.partition(),
              delivery.offset(),
              delivery.offset() + 1,
              member.memberEpoch());
          branch.commitOnePhase();
          out.println("taken " + delivery.partition() + " " + delivery.offset());
        }
      }
    } catch (TransactionRolledBackException e) {
      throw new IllegalStateException("the only member can't lose a partition", e);
    }
  }
}
