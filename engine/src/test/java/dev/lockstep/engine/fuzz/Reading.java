package dev.lockstep.engine.fuzz;

import dev.lockstep.CorruptLogException;
import dev.lockstep.Groups.GroupInfo;
import dev.lockstep.LogFailedException;
import dev.lockstep.MessageId;
import dev.lockstep.StartFrom;
import dev.lockstep.engine.OpenLog;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a log shows that may be damaged. Any exception but those that name the damage is thrown. */
final class Reading {
  /** A partition that can't be read is asked again; the others go on meanwhile. */
  private static final int ATTEMPTS = 8;

  /** Not one of the groups that are looked at. */
  private static final String READER = "fuzz";

  private final Map<MessageId, Truth.Place> messages = new HashMap<>();
  private final List<CorruptLogException> refusals = new ArrayList<>();
  private final Map<Group, Standing> groups = new HashMap<>();
  private final Set<BranchId> inDoubt;
  private final Map<BranchId, Outcome> byHand = new HashMap<>();
  private final List<String> audit;

  /** A group in a topic. */
  record Group(String name, String topic) {}

  /** Up to where it has consumed each partition, and how many messages it has parked. */
  record Standing(List<Long> committed, long parked) {}

  Reading(PowerCutStorage storage) throws IOException {
    OpenLog log = OpenLog.open(storage);
    try {
      inDoubt =
          log.log().undecided(Decider.TRANSACTION_MANAGER).stream()
              .map(undecided -> undecided.id())
              .collect(Collectors.toSet());
      log.log().heuristics().forEach(decided -> byHand.put(decided.id(), decided.outcome()));
      audit =
          log.transactions().audit().stream()
              .map(record -> record.at() + " " + record.action() + " " + record.transactionId())
              .toList();
      for (String name : log.groups().names()) {
        for (String topic : log.topics().names()) {
          stands(log, name, topic);
        }
      }
      for (String topic : log.topics().names()) {
        read(log, topic);
      }
    } finally {
      close(log);
    }
  }

  /** The last checkpoint may be the first to read what is damaged of an index. */
  private void close(OpenLog log) {
    try {
      log.close();
    } catch (LogFailedException e) {
      if (e.getCause() instanceof CorruptLogException damage) {
        refusals.add(damage);
      } else {
        throw e;
      }
    }
  }

  private void stands(OpenLog log, String name, String topic) {
    Optional<GroupInfo> info = log.groups().find(name, topic);
    if (info.isPresent() && !name.equals(READER)) {
      List<Long> committed = new ArrayList<>();
      int partitions = log.topics().find(topic).orElseThrow().config().partitions();
      for (int i = 0; i < partitions; i++) {
        committed.add(info.get().committed(i).orElseThrow());
      }
      groups.put(new Group(name, topic), new Standing(committed, info.get().parked()));
    }
  }

  private void read(OpenLog log, String topic) {
    try (Subscription member = log.log().subscribe(READER, topic, StartFrom.EARLIEST)) {
      int failures = 0;
      while (failures < ATTEMPTS) {
        try {
          List<Delivery> some = member.fetch(1, Duration.ZERO);
          if (some.isEmpty()) {
            return;
          }
          some.forEach(delivery -> add(topic, delivery));
        } catch (CorruptLogException e) {
          refusals.add(e);
          failures++;
        }
      }
    }
  }

  private void add(String topic, Delivery delivery) {
    Truth.Place place =
        new Truth.Place(
            topic, delivery.partition(), delivery.offset(), delivery.envelope().payload());
    if (messages.put(delivery.id(), place) != null) {
      throw new AssertionError("message " + delivery.id() + " came twice");
    }
  }

  Map<MessageId, Truth.Place> messages() {
    return messages;
  }

  List<CorruptLogException> refusals() {
    return refusals;
  }

  Map<Group, Standing> groups() {
    return groups;
  }

  Set<BranchId> inDoubt() {
    return inDoubt;
  }

  /** What was decided by hand and is not forgotten. */
  Map<BranchId, Outcome> byHand() {
    return byHand;
  }

  /** What was done by hand. */
  List<String> audit() {
    return audit;
  }
}
