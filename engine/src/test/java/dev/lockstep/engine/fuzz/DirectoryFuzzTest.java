package dev.lockstep.engine.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.QuietLog;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Damages whole directories at random: each is refused by name and left as it is, or shows only
 * what is true. One piece of damage never loses a message in silence.
 *
 * <p>{@code -Dlockstep.fuzz.seconds=600} goes on for longer than usual, {@code
 * -Dlockstep.fuzz.seed=1} begins with other damage.
 */
@Timeout(
    value = 2,
    unit = TimeUnit.HOURS) // for the longest run; each directory has a limit of its own
@ExtendWith(QuietLog.class)
class DirectoryFuzzTest {
  private static final long SEED = Long.getLong("lockstep.fuzz.seed", 20250101);
  private static final Duration BUDGET =
      Duration.ofSeconds(Integer.getInteger("lockstep.fuzz.seconds", 20));
  private static final List<Mutation> MUTATIONS = List.of(Mutation.values());
  private static final int AT_LEAST = 100;
  private static final Duration ONE = Duration.ofSeconds(20);

  private final Map<String, Integer> outcomes = new TreeMap<>();

  @Test
  void damageIsRefusedOrHarmless() throws IOException {
    List<Truth> truths = List.of(Truth.write(SEED), Truth.reclaimed(SEED));
    for (Truth truth : truths) {
      assertThat(truth.messages()).hasSizeGreaterThan(30);
      assertThat(truth.inDoubt()).isNotEmpty();
      assertThat(truth.byHand()).hasSize(3);
      assertThat(truth.audit()).hasSize(9);
      assertThat(truth.groups().get(new Reading.Group(Truth.GROUP, "orders")).committed())
          .anyMatch(offset -> offset > 0);
    }
    assertThat(truths.get(1).groups().get(new Reading.Group(Truth.GROUP, "orders")).parked())
        .isPositive();
    long end = System.nanoTime() + BUDGET.toNanos();
    int number = 0;
    while (number < AT_LEAST || System.nanoTime() < end) {
      int each = number++;
      Truth truth = truths.get(each % truths.size());
      Assertions.assertTimeoutPreemptively(ONE, () -> damage(truth, SEED + each));
    }
    System.out.println(
        "DirectoryFuzzTest: " + number + " damaged directories " + outcomes + ", seed " + SEED);
  }

  private void damage(Truth truth, long seed) throws IOException {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L);
    PowerCutStorage storage = truth.copy();
    Map<String, byte[]> others = new HashMap<>(truth.earlier());
    others.putAll(Files.all(storage));
    List<String> done = new ArrayList<>();
    int pieces = random.nextInt(3) == 0 ? 2 + random.nextInt(3) : 1;
    for (int i = 0; i < pieces; i++) {
      List<String> names = storage.names();
      String name = names.get(random.nextInt(names.size()));
      Mutation mutation = MUTATIONS.get(random.nextInt(MUTATIONS.size()));
      Mutation.Other other = Mutation.Other.any(others, random);
      mutation.on(storage, name, other, random);
      done.add(mutation + " " + name + " (" + other.name() + ")");
    }
    try {
      examine(truth, storage, pieces == 1);
    } catch (Throwable e) {
      throw new AssertionError("after " + done + ", seed " + seed, e);
    }
  }

  private void examine(Truth truth, PowerCutStorage storage, boolean single) throws IOException {
    Map<String, byte[]> before = Files.all(storage);
    Reading reading;
    try {
      reading = new Reading(storage);
    } catch (CorruptLogException e) {
      assertThat(e).hasMessageContaining("memory");
      assertUnchanged(before, storage.afterCut(Loss.KEEP));
      count("refused");
      return;
    }
    assertSound(truth, reading);
    if (single) {
      assertThat(reading.groups()).isEqualTo(truth.groups());
      assertThat(reading.inDoubt()).isEqualTo(truth.inDoubt());
      assertThat(reading.byHand()).isEqualTo(truth.byHand());
      assertThat(reading.audit()).isEqualTo(truth.audit());
    }
    boolean whole = reading.messages().size() == truth.messages().size();
    if (single && reading.refusals().isEmpty()) {
      assertThat(whole).as("nothing is lost in silence").isTrue();
    }
    count(whole ? "whole" : reading.refusals().isEmpty() ? "shortened" : "refused to readers");
    Reading again = new Reading(storage.afterCut(Loss.KEEP));
    assertThat(again.messages().keySet()).isEqualTo(reading.messages().keySet());
  }

  private static void assertUnchanged(Map<String, byte[]> before, PowerCutStorage storage)
      throws IOException {
    Map<String, byte[]> after = Files.all(storage);
    assertThat(after.keySet()).isEqualTo(before.keySet());
    after.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(before.get(name)));
  }

  private static void assertSound(Truth truth, Reading reading) {
    reading
        .messages()
        .forEach(
            (id, place) -> {
              Truth.Place expected = truth.messages().get(id);
              assertThat(expected).as("a message that was never visible: %s", id).isNotNull();
              assertThat(place.topic()).isEqualTo(expected.topic());
              assertThat(place.partition()).isEqualTo(expected.partition());
              assertThat(place.offset()).isEqualTo(expected.offset());
              assertThat(place.payload()).isEqualTo(expected.payload());
            });
    assertThat(truth.prepared()).containsAll(reading.inDoubt());
    assertThat(truth.prepared()).containsAll(reading.byHand().keySet());
    assertThat(truth.audit()).containsAll(reading.audit());
    reading.groups().forEach((group, standing) -> assertSkipsNothing(truth, group, standing));
  }

  /** A group may come to what it has consumed again, and never beyond. */
  private static void assertSkipsNothing(
      Truth truth, Reading.Group group, Reading.Standing standing) {
    Reading.Standing expected = truth.groups().get(group);
    if (expected == null) {
      assertThat(group.name()).startsWith("gone"); // its end is lost, not its beginning
      return;
    }
    for (int i = 0; i < standing.committed().size(); i++) {
      assertThat(standing.committed().get(i))
          .as("%s, partition %s", group, i)
          .isBetween(0L, expected.committed().get(i));
    }
    assertThat(standing.parked()).isBetween(0L, expected.parked());
  }

  private void count(String outcome) {
    outcomes.merge(outcome, 1, Integer::sum);
  }
}
