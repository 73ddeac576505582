package dev.lockstep.engine.soak;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.StartFrom;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A group in a topic. Its members see each sender's numbers in order, none twice and none missing;
 * perhaps they send a message on for each that they took.
 */
final class Consumption {
  private static final Duration WAIT = Duration.ofMillis(100);
  private static final int MAX = 40;

  private final Load load;
  private final String group;
  private final String topic;
  private final Optional<String> passOnTo;
  private final Map<String, Numbers> numbers = new ConcurrentHashMap<>();

  Consumption(Load load, String group, String topic, Optional<String> passOnTo) {
    this.load = load;
    this.group = group;
    this.topic = topic;
    this.passOnTo = passOnTo;
  }

  String group() {
    return group;
  }

  String topic() {
    return topic;
  }

  /** How many messages of a sender were consumed. */
  long consumed(String sender) {
    return numbers(sender).next();
  }

  private Numbers numbers(String sender) {
    return numbers.computeIfAbsent(sender, s -> new Numbers());
  }

  long lag() {
    return load.log().groups().find(group, topic).orElseThrow().lag();
  }

  Subscription join() {
    return load.log().log().subscribe(group, topic, StartFrom.EARLIEST);
  }

  /** A member that leaves now and then, and joins again. */
  Worker member(int number) {
    return () -> {
      Random random = load.random(number);
      while (load.isConsuming()) {
        try (Subscription member = join()) {
          boolean stays = true;
          while (load.isConsuming() && stays) {
            take(member, random);
            stays = random.nextInt(500) > 0;
          }
        }
      }
    };
  }

  private void take(Subscription member, Random random) throws InterruptedException {
    List<Delivery> deliveries = member.fetch(MAX, WAIT);
    if (deliveries.isEmpty()) {
      return;
    }
    Branch branch = load.log().log().begin();
    for (List<Delivery> some : byPartition(deliveries).values()) {
      branch.acknowledge(
          group,
          topic,
          some.get(0).partition(),
          some.get(0).offset(),
          some.get(some.size() - 1).offset() + 1,
          member.memberEpoch());
    }
    Map<String, Long> first = new HashMap<>();
    Map<String, Long> next = new HashMap<>();
    for (Delivery delivery : deliveries) {
      String sender = new String(delivery.envelope().key().orElseThrow(), UTF_8);
      long number = number(delivery);
      first.putIfAbsent(sender, number);
      Long expected = next.put(sender, number + 1);
      if (expected != null && expected != number) {
        throw new AssertionError(sender + ": " + number + " comes after " + (expected - 1));
      }
      passOnTo.ifPresent(to -> branch.append(Load.message(to, sender, number + " invoice")));
    }
    if (commit(member, branch, random)) {
      first.forEach((sender, from) -> numbers(sender).came(from, next.get(sender)));
      load.count("consumed by " + group, deliveries.size());
    }
  }

  private boolean commit(Subscription member, Branch branch, Random random)
      throws InterruptedException {
    boolean committed = false;
    if (random.nextInt(20) == 0) {
      branch.rollback();
    } else {
      try {
        committed = load.commit(branch);
      } catch (TransactionRolledBackException e) {
        load.count("rolled back after a rebalance", 1);
      }
    }
    if (!committed) {
      member.rewind();
    }
    return committed;
  }

  private static Map<Integer, List<Delivery>> byPartition(List<Delivery> deliveries) {
    Map<Integer, List<Delivery>> map = new TreeMap<>();
    deliveries.forEach(d -> map.computeIfAbsent(d.partition(), p -> new ArrayList<>()).add(d));
    return map;
  }

  static long number(Delivery delivery) {
    String payload = new String(delivery.envelope().payload(), UTF_8);
    return Long.parseLong(payload.substring(0, payload.indexOf(' ')));
  }
}
