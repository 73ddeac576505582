package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Durability;
import dev.lockstep.LockstepConfig;
import dev.lockstep.LockstepException;
import dev.lockstep.StartFrom;
import dev.lockstep.engine.Ledger.Entry;
import dev.lockstep.engine.Ledger.Membership;
import dev.lockstep.engine.Ledger.State;
import dev.lockstep.engine.io.PowerCut;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** Runs scenarios whose power is cut, and examines what is left afterwards. For one thread. */
final class PowerCuts {
  private static final List<Loss> LOSSES = List.of(Loss.values());

  private final String name;
  private final long seed;
  private final Durability durability;
  private int cuts;

  PowerCuts(String name, long seed, Durability durability) {
    this.name = name;
    this.seed = seed;
    this.durability = durability;
  }

  /** What is done while the power may be cut at any moment. */
  @FunctionalInterface
  interface Scenario {
    void run(Work work) throws IOException, InterruptedException;
  }

  /** How many cuts were examined. */
  int cuts() {
    return cuts;
  }

  /** Cuts the power at each operation of a life of the log, from the open to the close. */
  void everywhere(Scenario scenario) throws IOException, InterruptedException {
    boolean cut = true;
    for (int n = 1; cut; n++) {
      PowerCutStorage storage = new PowerCutStorage(seed + n);
      Ledger ledger = new Ledger();
      cut = life(storage, ledger, scenario, n);
      examineAll(storage, ledger, "operation " + n);
    }
  }

  /**
   * Cuts the power somewhere, and then at each operation of the next life; for each of those cuts
   * some more lives end early, too, before what is left is examined. After the second cut one loss
   * has its turn after the other.
   *
   * @param first at which operation the first life ends
   */
  void duringRecovery(int first, Scenario before, Scenario scenario)
      throws IOException, InterruptedException {
    PowerCutStorage base = new PowerCutStorage(seed);
    Ledger ledger = new Ledger();
    life(base, ledger, before, first);
    for (Loss loss : LOSSES) {
      boolean cut = true;
      for (int n = 1; cut; n++) {
        String where = "operation " + first + ", " + loss + ", then operation " + n;
        PowerCutStorage storage = base.afterCut(loss);
        Ledger copy = ledger.copy();
        cut = life(storage, copy, scenario, n);
        PowerCutStorage last = manyLives(storage, n);
        if (Thoroughness.isComplete()) {
          examineAll(last, copy, where);
        } else {
          examine(last, LOSSES.get(n / 2 % LOSSES.size()), copy, where);
        }
      }
    }
  }

  /**
   * Cuts the power in a life of the log, and in the next one, in which room is given back and what
   * is in doubt is decided; for a log that forces.
   *
   * @param firstStride how far the cuts of the first life are from each other
   * @param secondStride how far those of a second life are from each other
   */
  void secondLives(int firstStride, int secondStride, Scenario scenario)
      throws IOException, InterruptedException {
    new SecondLives(seed, firstStride, secondStride)
        .run(
            new SecondLives.Trial<Ledger>() {
              @Override
              public Ledger first(PowerCutStorage storage, int cut)
                  throws IOException, InterruptedException {
                Ledger ledger = new Ledger();
                life(storage, ledger, scenario, cut);
                return ledger;
              }

              @Override
              public Ledger second(PowerCutStorage storage, Ledger known, int cut)
                  throws IOException, InterruptedException {
                Ledger ledger = known.copy();
                life(storage, ledger, PowerCuts::goOn, cut);
                return ledger;
              }

              @Override
              public void examine(PowerCutStorage left, Ledger known, String where)
                  throws IOException {
                cuts++;
                Ledger copy = known.copy();
                nextLife(nextLife(left, copy), copy);
              }
            });
  }

  /** Gives room back, decides what recovery found in doubt, and works on. */
  private static void goOn(Work work) {
    work.upkeep();
    Set<BranchId> inDoubt =
        work.engine().log().undecided(Decider.TRANSACTION_MANAGER).stream()
            .map(Undecided::id)
            .collect(Collectors.toSet());
    for (Entry entry : List.copyOf(work.ledger().entries())) {
      if (inDoubt.contains(entry.id())) {
        assertThat(entry.possible()).as("outcome of %s", entry).contains(State.UNDECIDED);
        entry.may(State.UNDECIDED);
      }
    }
    decide(work);
    work.engine().topics().names().forEach(topic -> work.send(topic, "again"));
    work.upkeep();
  }

  /** Opens again and again; each open is cut, too. */
  private PowerCutStorage manyLives(PowerCutStorage storage, int n)
      throws IOException, InterruptedException {
    Random random = new Random(seed + n);
    PowerCutStorage last = storage;
    for (int life = random.nextInt(3); life > 0; life--) {
      last = last.afterCut(LOSSES.get(random.nextInt(LOSSES.size())));
      life(last, new Ledger(), work -> {}, 1 + random.nextInt(20));
    }
    return last;
  }

  /** One life of the log; says whether its power was cut. */
  private boolean life(PowerCutStorage storage, Ledger ledger, Scenario scenario, int n)
      throws IOException, InterruptedException {
    storage.cutAfter(n);
    LockstepConfig config =
        TestLogs.config(Path.of("memory"))
            .durability(durability)
            .forceInterval(Duration.ofMillis(1))
            .build();
    Engine engine;
    try {
      engine = TestLogs.openWithoutTick(storage, config, Clock.systemUTC());
    } catch (PowerCut e) {
      return true;
    }
    try {
      scenario.run(new Work(engine, ledger));
    } catch (LockstepException e) {
      if (storage.operations() < n) {
        throw new AssertionError("the power is on in " + storage, e);
      }
    } finally {
      TestLogs.closeFailed(engine);
    }
    return storage.operations() >= n;
  }

  private void examineAll(PowerCutStorage storage, Ledger ledger, String where) {
    Optional<PowerCutStorage> other =
        Thoroughness.isComplete() // then with a cut of its own, that is, with other dice
            ? Optional.of(storage.afterCut(Loss.KEEP))
            : Optional.empty();
    LOSSES.forEach(loss -> examine(storage, loss, ledger, where));
    other.ifPresent(
        cut ->
            List.of(Loss.TEAR, Loss.REORDER)
                .forEach(loss -> examine(cut, loss, ledger, where + " with other dice")));
  }

  /** Without forces, only a kill loses nothing. */
  private Ledger left(Ledger ledger, Loss loss) {
    return loss == Loss.KEEP || durability == Durability.FORCED ? ledger : ledger.weakened();
  }

  private void examine(PowerCutStorage storage, Loss loss, Ledger ledger, String where) {
    cuts++;
    try {
      Ledger copy = left(ledger, loss).copy();
      PowerCutStorage left = nextLife(storage.afterCut(loss), copy);
      nextLife(left, copy);
    } catch (Exception | AssertionError e) {
      throw new AssertionError(
          name + ": after a cut at " + where + ", " + loss + ", seed " + seed + ", " + storage, e);
    }
  }

  /** Examines, decides what is undecided, works on, and ends in order or by a power cut. */
  private PowerCutStorage nextLife(PowerCutStorage storage, Ledger ledger) throws IOException {
    Engine engine = TestLogs.openWithoutTick(storage, TestLogs.config(), Clock.systemUTC());
    PowerCutStorage left;
    try {
      Work work = new Work(engine, ledger);
      Examiner.examine(work);
      decide(work);
      workOn(work);
      if (cuts % 2 == 0) {
        engine.close();
      }
      left = storage.afterCut(cuts % 2 == 0 ? Loss.KEEP : Loss.DROP);
    } finally {
      TestLogs.closeFailed(engine);
    }
    return left;
  }

  private static void decide(Work work) {
    int n = 0;
    for (Entry entry : List.copyOf(work.ledger().entries())) {
      if (entry.isByHand() && n++ % 2 == 0) {
        work.recovered(entry).forget(n % 3 == 0);
      } else if (entry.is(State.UNDECIDED)) {
        Work.Transaction transaction = work.recovered(entry);
        if (n++ % 2 == 0) {
          transaction.commit();
        } else {
          transaction.rollback();
        }
      }
    }
  }

  private static void workOn(Work work) {
    work.createTopic(work.ledger().name("topic"), 1);
    work.ledger().topics().keySet().forEach(topic -> work.send(topic, "key"));
    for (Membership by : work.ledger().groups().keySet()) {
      if (!by.group().startsWith("audit")) {
        try (Subscription member = work.join(by.group(), by.topic(), StartFrom.EARLIEST)) {
          Work.Transaction transaction = work.begin();
          transaction.take(member, by, 3);
          transaction.commitOnePhase();
        }
      }
    }
  }
}
