package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Durability;
import dev.lockstep.LockstepException;
import dev.lockstep.TopicConfig;
import dev.lockstep.Topics.TopicInfo;
import dev.lockstep.engine.frame.GroupBody;
import dev.lockstep.engine.io.PowerCut;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Cursor;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Takes a log through steps that remove something, cuts its power, and compares what is left with
 * what those steps leave when nothing goes wrong. For one scenario.
 */
final class Removals {
  private final long seed;
  private final Durability durability;
  private final List<Step> steps;
  private final List<Seen> after = new ArrayList<>();
  private final List<Instant> times = new ArrayList<>();
  private final Map<Point, Seen> settled = new HashMap<>();

  /** What a step does to the messages that are there. */
  enum Effect {
    /** Upkeep that removes some, or it has failed; and what is there then is durable. */
    REMOVES,
    /** Upkeep that finds nothing to remove; what is there then is durable. */
    KEEPS,
    /** Anything else. */
    OTHER
  }

  /** One step of a life. */
  record Step(Effect effect, Action action) {
    static Step of(Action action) {
      return new Step(Effect.OTHER, action);
    }

    /** Upkeep that removes messages. */
    static Step remove() {
      return new Step(Effect.REMOVES, (engine, clock) -> engine.reclaimNow());
    }

    /** Upkeep that has nothing to remove. */
    static Step checkpoint() {
      return new Step(Effect.KEEPS, (engine, clock) -> engine.reclaimNow());
    }
  }

  /** What a step does. */
  @FunctionalInterface
  interface Action {
    void run(Engine engine, Ticking clock);
  }

  /** What is there of a partition: its first offset and its end, and each message. */
  record Part(long first, long end, Map<Long, String> messages) {}

  /** What is there of a topic. */
  record Topic(TopicConfig config, List<Part> parts) {}

  /** What is there: topics, the state of groups, and the branches in doubt. */
  record Seen(Map<String, Topic> topics, List<GroupBody> groups, List<BranchId> inDoubt) {
    /** The payloads of all messages of a topic, by partition and offset. */
    List<String> payloads(String topic) {
      return topics.get(topic).parts().stream()
          .flatMap(part -> part.messages().values().stream())
          .toList();
    }

    private int messages() {
      return topics.keySet().stream().mapToInt(topic -> payloads(topic).size()).sum();
    }
  }

  /** After so many steps, and later. */
  private record Point(int steps, Instant now) {}

  /**
   * What is known after a life.
   *
   * @param durable how many steps are certainly durable
   * @param done how many steps returned
   * @param now the time at its end
   */
  private record Known(int durable, int done, Instant now) {}

  /** Notes what is there after each step, if nothing goes wrong. */
  Removals(long seed, Durability durability, List<Step> steps) throws IOException {
    this.seed = seed;
    this.durability = durability;
    this.steps = steps;
    PowerCutStorage storage = new PowerCutStorage(seed);
    Ticking clock = new Ticking();
    try (Engine engine = open(storage, clock, durability)) {
      note(engine, clock);
      for (Step step : steps) {
        step.action().run(engine, clock);
        note(engine, clock);
        int removed =
            after.get(after.size() - 2).messages() - after.get(after.size() - 1).messages();
        String which = "messages that step " + (after.size() - 1) + " removes";
        if (step.effect() == Effect.REMOVES) {
          assertThat(removed).as(which).isPositive();
        } else if (step.effect() == Effect.KEEPS) {
          assertThat(removed).as(which).isZero();
        }
      }
    }
  }

  private void note(Engine engine, Ticking clock) {
    after.add(look(engine));
    times.add(clock.instant());
  }

  /** What is there in the end. */
  Seen end() {
    return after.get(steps.size());
  }

  /** Takes all steps once more, and waits until a segment is given back for that. */
  void awaitReleased(String segment) throws IOException {
    PowerCutStorage storage = new PowerCutStorage(seed);
    Ticking clock = new Ticking();
    try (Engine engine = open(storage, clock, durability)) {
      for (Step step : steps) {
        step.action().run(engine, clock);
      }
      TestLogs.awaitReleased(storage, segment);
    }
  }

  private static Engine open(PowerCutStorage storage, Ticking clock, Durability durability)
      throws IOException {
    return TestLogs.openWithoutTick(
        storage, TestLogs.config(Path.of("memory")).durability(durability).build(), clock);
  }

  private static Engine open(PowerCutStorage storage, Ticking clock) throws IOException {
    return open(storage, clock, Durability.FORCED);
  }

  /** Looks without leaving anything behind, as a group would. */
  private static Seen look(Engine engine) {
    Map<String, Topic> topics = new TreeMap<>();
    for (String name : engine.topics().names()) {
      topics.put(name, topic(engine, engine.topics().find(name).orElseThrow()));
    }
    List<GroupBody> groups =
        engine.state().groups().bodies().stream()
            .sorted(Comparator.comparing(GroupBody::group))
            .toList();
    List<BranchId> inDoubt =
        engine.log().undecided(Decider.TRANSACTION_MANAGER).stream().map(Undecided::id).toList();
    return new Seen(topics, groups, inDoubt);
  }

  private static Topic topic(Engine engine, TopicInfo topic) {
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < topic.config().partitions(); i++) {
      parts.add(new Part(topic.firstOffset(i), topic.endOffset(i), new TreeMap<>()));
    }
    try (Cursor cursor = engine.log().read(topic.config().name(), Set.of())) {
      List<Delivery> some = cursor.fetch(1000, Duration.ZERO);
      while (!some.isEmpty()) {
        for (Delivery delivery : some) {
          String payload = new String(delivery.envelope().payload(), StandardCharsets.UTF_8);
          parts.get(delivery.partition()).messages().put(delivery.offset(), payload);
        }
        some = cursor.fetch(1000, Duration.ZERO);
      }
    }
    return new Topic(topic.config(), parts);
  }

  /** What is there after so many steps and, at a time, a removal of all that is due. */
  private Seen settled(int count, Instant now) throws IOException {
    Point point = new Point(count, now);
    Seen known = settled.get(point);
    if (known != null) {
      return known;
    }
    Ticking clock = new Ticking();
    try (Engine engine = open(new PowerCutStorage(seed), clock)) {
      for (Step step : steps.subList(0, count)) {
        step.action().run(engine, clock);
      }
      clock.pass(Duration.between(clock.instant(), now));
      engine.reclaimNow();
      Seen seen = look(engine);
      settled.put(point, seen);
      return seen;
    }
  }

  /** Cuts the power at each operation; returns how many cuts were examined. */
  int everywhere() throws IOException {
    int cuts = 0;
    boolean cut = true;
    for (int n = 1; cut; n++) {
      PowerCutStorage storage = new PowerCutStorage(seed + n);
      Known known = life(storage, n);
      cut = storage.operations() >= n;
      for (Loss loss : Loss.values()) {
        cuts++;
        Known left = loss == Loss.KEEP ? certain(known) : known;
        try {
          examine(storage.afterCut(loss), left);
        } catch (LockstepException | AssertionError e) {
          throw new AssertionError(
              "after a cut at operation " + n + ", " + loss + ", seed " + seed + ", " + storage, e);
        }
      }
    }
    return cuts;
  }

  /** A process that is killed loses nothing of what it was told was done. */
  private static Known certain(Known known) {
    return new Known(known.done(), known.done(), known.now());
  }

  /** Cuts the power there and in the removal that comes next, here and there. */
  int secondLives(int firstStride, int secondStride) throws IOException, InterruptedException {
    return new SecondLives(seed, firstStride, secondStride)
        .run(
            new SecondLives.Trial<Known>() {
              @Override
              public Known first(PowerCutStorage storage, int cut) throws IOException {
                return life(storage, cut);
              }

              @Override
              public Known second(PowerCutStorage storage, Known known, int cut)
                  throws IOException {
                resume(storage, known, cut);
                return known;
              }

              @Override
              public void examine(PowerCutStorage left, Known known, String where)
                  throws IOException {
                Removals.this.examine(left, known);
              }
            });
  }

  private Known life(PowerCutStorage storage, int cut) throws IOException {
    storage.cutAfter(cut);
    Ticking clock = new Ticking();
    Engine engine;
    try {
      engine = open(storage, clock, durability);
    } catch (PowerCut e) {
      return new Known(0, 0, clock.instant());
    }
    int done = 0;
    int durable = 0;
    try {
      for (Step step : steps) {
        step.action().run(engine, clock);
        done++;
        if (durability == Durability.FORCED || step.effect() != Effect.OTHER) {
          durable = done;
        }
      }
    } catch (LockstepException e) {
      requirePowerIsOff(storage, cut, e);
    } finally {
      TestLogs.closeFailed(engine);
    }
    return new Known(durable, done, clock.instant());
  }

  private static void requirePowerIsOff(PowerCutStorage storage, int cut, LockstepException e) {
    if (storage.operations() < cut) {
      throw new AssertionError("the power is on in " + storage, e);
    }
  }

  /** A second life: removes what is due, as far as it gets. */
  private static void resume(PowerCutStorage storage, Known known, int cut) throws IOException {
    storage.cutAfter(cut);
    Engine engine;
    try {
      engine = open(storage, at(known.now()));
    } catch (PowerCut e) {
      return;
    }
    try {
      engine.reclaimNow();
    } catch (LockstepException e) {
      requirePowerIsOff(storage, cut, e);
    } finally {
      TestLogs.closeFailed(engine);
    }
  }

  private static Ticking at(Instant time) {
    Ticking clock = new Ticking();
    clock.pass(Duration.between(clock.instant(), time));
    return clock;
  }

  /**
   * First all is as it was after some step that may have been the last, but for what is due to go.
   * A removal makes of it what it makes of that state when nothing goes wrong, to the message. That
   * stays, whatever comes; and the steps that are left lead to the end that they always lead to.
   */
  private void examine(PowerCutStorage storage, Known known) throws IOException {
    Seen seen;
    int reached;
    PowerCutStorage left;
    Engine opened = open(storage, at(known.now()));
    try {
      List<Integer> possible = possible(look(opened), known);
      opened.reclaimNow();
      seen = look(opened);
      reached = reached(possible, seen, known);
      left = storage.afterCut(Loss.DROP);
    } finally {
      TestLogs.closeFailed(opened);
    }
    Ticking clock = at(known.now());
    try (Engine engine = open(left, clock)) {
      assertThat(look(engine)).as("one life later").isEqualTo(seen);
      engine.reclaimNow();
      assertThat(look(engine)).as("removed twice").isEqualTo(seen);
      if (times.get(reached).equals(known.now())) { // else its messages would be younger
        for (Step step : steps.subList(reached, steps.size())) {
          step.action().run(engine, clock);
        }
        engine.reclaimNow();
        assertThat(look(engine)).as("in the end").isEqualTo(settled(steps.size(), clock.instant()));
      }
    }
  }

  /**
   * After how many steps the log may be as it is seen. What is due may be gone, in part or all of
   * it: an open that finds much to replay sees to that by itself.
   */
  private List<Integer> possible(Seen seen, Known known) throws IOException {
    List<Integer> possible = new ArrayList<>();
    for (int count = known.durable(); count <= latest(known); count++) {
      if (isBetween(after.get(count), settled(count, known.now()), seen)) {
        possible.add(count);
      }
    }
    if (possible.isEmpty()) {
      assertThat(seen)
          .as("after steps %s to %s", known.durable(), latest(known))
          .isIn(after.subList(known.durable(), latest(known) + 1));
    }
    return possible;
  }

  private int latest(Known known) {
    return Math.min(known.done() + 1, steps.size());
  }

  private int reached(List<Integer> possible, Seen seen, Known known) throws IOException {
    List<Seen> ends = new ArrayList<>();
    for (int count : possible) {
      ends.add(settled(count, known.now()));
    }
    assertThat(seen).as("a removal after steps %s", possible).isIn(ends);
    return possible.get(ends.indexOf(seen));
  }

  /** Amid a removal: what stays in the end is there, and nothing else came. */
  private static boolean isBetween(Seen before, Seen end, Seen seen) {
    return seen.groups().equals(before.groups())
        && seen.inDoubt().equals(before.inDoubt())
        && seen.topics().keySet().equals(before.topics().keySet())
        && seen.topics().keySet().stream()
            .allMatch(
                name ->
                    isBetween(
                        before.topics().get(name),
                        end.topics().get(name),
                        seen.topics().get(name)));
  }

  private static boolean isBetween(Topic before, Topic end, Topic seen) {
    return seen.config().equals(before.config())
        && IntStream.range(0, seen.parts().size())
            .allMatch(
                i -> isBetween(before.parts().get(i), end.parts().get(i), seen.parts().get(i)));
  }

  private static boolean isBetween(Part before, Part end, Part seen) {
    return seen.end() == before.end()
        && before.first() <= seen.first()
        && seen.first() <= end.first()
        && before.messages().entrySet().containsAll(seen.messages().entrySet())
        && seen.messages().entrySet().containsAll(end.messages().entrySet());
  }
}
