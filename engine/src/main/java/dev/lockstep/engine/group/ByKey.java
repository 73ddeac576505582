package dev.lockstep.engine.group;

import dev.lockstep.DiskFullException;
import dev.lockstep.LockstepException;
import dev.lockstep.ReadFailedException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.frame.Range;
import dev.lockstep.engine.group.Window.Loan;
import dev.lockstep.engine.index.IndexEntry;
import dev.lockstep.engine.index.PartitionIndex;
import dev.lockstep.engine.index.ReadMessages;
import dev.lockstep.engine.index.StoredMessage;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Subscription.Delivery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Fetches for a member that consumes in key order: lends messages from the windows of all
 * partitions, and extends the windows first where they have little left.
 */
final class ByKey implements Fetcher {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  /** How many messages come into sight at a time, at the least: one look-up for many fetches. */
  private static final int LEAST_SIGHT = 64;

  private final GroupState group;
  private final Positions positions;
  private final Reading reading;
  private final Supplier<Branch> branches;

  ByKey(GroupState group, Positions positions, Reading reading, Supplier<Branch> branches) {
    this.group = group;
    this.positions = positions;
    this.reading = reading;
    this.branches = branches;
  }

  /** A window that is to be extended by so many messages from an offset on. */
  private record Look(int partition, long from, int count) {}

  /** What is lent of a partition. */
  private record Loans(int partition, List<Loan> loans) {}

  /** What was read of a loan; nothing if it is no longer there. */
  private record Loaned(int partition, Loan loan, Optional<StoredMessage> message) {}

  @Override
  public Fetched fetch(int max) {
    TopicState topic = group.topic();
    long[] ends = ends(topic);
    int enough = max; // of what waits in a window, unless none of it may be lent
    while (true) {
      int fewer = enough;
      List<Look> looks = group.with(partitions -> looks(partitions, ends, max, fewer));
      Optional<LockstepException> failure = extend(topic, looks, ends);
      long now = reading.clock().millis();
      List<Loans> lent = group.with(partitions -> lend(topic, partitions, max, now));
      if (!lent.isEmpty()) {
        List<Delivery> deliveries = deliver(topic, lent, now);
        closeGaps();
        return new Fetched(deliveries, Next.NOW, NEVER);
      }
      if (failure.isPresent()) {
        throw failure.get(); // else what is sound comes first
      }
      if (looks.isEmpty() && enough == Integer.MAX_VALUE) {
        closeGaps();
        long due = group.with(partitions -> due(partitions, now));
        return new Fetched(List.of(), Next.ON_CHANGE, due);
      }
      enough = Integer.MAX_VALUE;
    }
  }

  /** The ends at one moment: of a transaction, all is visible or nothing. */
  private long[] ends(TopicState topic) {
    return reading
        .visibility()
        .look(
            () ->
                IntStream.range(0, topic.partitionCount())
                    .mapToLong(partition -> topic.partition(partition).end())
                    .toArray());
  }

  private List<Look> looks(List<PartitionState> partitions, long[] ends, int max, int enough) {
    List<Look> looks = new ArrayList<>();
    for (int number : positions.owned()) {
      Window window = partitions.get(number).window();
      int room = group.maxWaiting() - window.unlent();
      boolean wanted = window.unlent() < enough && number < ends.length && !isPaused(number);
      if (wanted && window.end() < ends[number] && room > 0) {
        looks.add(new Look(number, window.end(), Math.min(Math.max(max, LEAST_SIGHT), room)));
      }
    }
    return looks;
  }

  private boolean isPaused(int partition) {
    return positions.isPaused(partition);
  }

  /** Extends windows; says why one could not be. */
  private Optional<LockstepException> extend(TopicState topic, List<Look> looks, long[] ends) {
    Optional<LockstepException> failure = Optional.empty();
    for (Look look : looks) {
      try {
        extend(topic, look, ends[look.partition()]);
      } catch (LockstepException e) {
        reading.log().checkOpen(); // when that is over, nothing else counts
        failure = Optional.of(e);
      }
    }
    return failure;
  }

  private void extend(TopicState topic, Look look, long end) {
    List<IndexEntry> entries =
        lookUp(topic, topic.partition(look.partition()), look.from(), look.count());
    List<Window.Sight> sights = new ArrayList<>(entries.size());
    for (IndexEntry entry : entries) {
      if (entry.offset() < end) {
        sights.add(new Window.Sight(entry.offset(), entry.traits().keyHash()));
      }
    }
    // Fewer than asked for: there are no more.
    long to = sights.size() < look.count() ? end : sights.get(sights.size() - 1).offset() + 1;
    group.with(
        partitions -> {
          partitions.get(look.partition()).window().extend(look.from(), sights, to);
          return to;
        });
  }

  private List<IndexEntry> lookUp(TopicState topic, PartitionIndex index, long from, int count) {
    try {
      return index.entries(from, count);
    } catch (IOException e) {
      reading.log().checkOpen();
      throw new ReadFailedException(
          "the index of '"
              + topic.name()
              + "' can't be read: "
              + e.getMessage()
              + "; check the disk, and poll again",
          e);
    }
  }

  private List<Loans> lend(TopicState topic, List<PartitionState> partitions, int max, long now) {
    List<Loans> lent = new ArrayList<>();
    int left = max;
    for (int number : positions.turn()) {
      if (left > 0 && number < topic.partitionCount() && !isPaused(number)) {
        long first = topic.partition(number).first();
        List<Loan> loans =
            partitions.get(number).window().lend(positions.epoch(), left, first, now);
        left -= loans.size();
        if (!loans.isEmpty()) {
          lent.add(new Loans(number, loans));
        }
      }
    }
    return lent;
  }

  private long due(List<PartitionState> partitions, long now) {
    long due = NEVER;
    for (int number : positions.owned()) {
      if (!isPaused(number)) {
        due = Math.min(due, partitions.get(number).window().nextDue(now));
      }
    }
    return due;
  }

  /** Reads what is lent. What can't be read is given back, as is all that comes after it. */
  private List<Delivery> deliver(TopicState topic, List<Loans> lent, long now) {
    List<Loaned> loaned = new ArrayList<>();
    List<Delivery> deliveries = new ArrayList<>();
    Optional<LockstepException> failure = Optional.empty();
    try {
      for (Loans loans : lent) {
        try {
          read(topic, loans, loaned);
        } catch (LockstepException e) {
          reading.log().checkOpen(); // when that is over, nothing else counts
          failure = Optional.of(e);
        }
      }
      deliveries.addAll(group.with(partitions -> settle(topic, partitions, loaned, now)));
    } finally {
      int unread = group.with(partitions -> giveBackUnread(partitions, lent));
      if (unread > 0 || deliveries.size() < loaned.size()) {
        reading.visibility().wake(); // others may have looked while these, or their keys, were lent
      }
    }
    if (failure.isPresent() && deliveries.isEmpty()) {
      throw failure.get(); // else what is sound comes first, and the next fetch throws
    }
    return deliveries;
  }

  private void read(TopicState topic, Loans loans, List<Loaned> loaned) {
    PartitionIndex index = topic.partition(loans.partition());
    List<Loan> all = loans.loans();
    for (int i = 0; i < all.size(); ) {
      int to = i + 1;
      while (to < all.size() && all.get(to).offset() == all.get(to - 1).offset() + 1) {
        to++;
      }
      List<Loan> run = all.subList(i, to);
      long behind = run.get(run.size() - 1).offset() + 1;
      List<IndexEntry> entries =
          lookUp(topic, index, run.get(0).offset(), run.size()).stream()
              .filter(entry -> entry.offset() < behind)
              .toList();
      long next = read(topic, loans.partition(), run, entries, loaned);
      if (next < behind) {
        return; // the rest was too much for one read, or can't be read
      }
      i = to;
    }
  }

  /** Reads some entries; says up to where everything was read. */
  private long read(
      TopicState topic, int partition, List<Loan> run, List<IndexEntry> entries, List<Loaned> to) {
    long behind = run.get(run.size() - 1).offset() + 1;
    Map<Long, StoredMessage> found = new HashMap<>();
    long next = behind;
    if (!entries.isEmpty()) {
      ReadMessages read = reading.messages().read(topic, partition, entries);
      read.messages().forEach(message -> found.put(message.entry().offset(), message));
      boolean all = read.next() > entries.get(entries.size() - 1).offset();
      next = all ? behind : read.next();
    }
    for (Loan loan : run) {
      if (loan.offset() < next) {
        to.add(new Loaned(partition, loan, Optional.ofNullable(found.get(loan.offset()))));
      }
    }
    return next;
  }

  private List<Delivery> settle(
      TopicState topic, List<PartitionState> partitions, List<Loaned> loaned, long now) {
    List<Delivery> deliveries = new ArrayList<>();
    for (Loaned one : loaned) {
      Window window = partitions.get(one.partition()).window();
      long offset = one.loan().offset();
      if (one.message().isEmpty() || Reading.isExpired(one.message().get(), now)) {
        window.drop(positions.epoch(), offset);
      }
    }
    for (Loaned one : loaned) {
      Window window = partitions.get(one.partition()).window();
      Optional<Long> cover = window.settle(positions.epoch(), one.loan().offset());
      if (cover.isPresent()) {
        deliveries.add(
            Reading.delivery(
                topic.name(),
                one.partition(),
                one.message().orElseThrow(),
                cover.get(),
                one.loan().attempt()));
      }
    }
    return deliveries;
  }

  private int giveBackUnread(List<PartitionState> partitions, List<Loans> lent) {
    int unread = 0;
    for (Loans loans : lent) {
      Window window = partitions.get(loans.partition()).window();
      for (Loan loan : loans.loans()) {
        unread += window.takeBackUnsettled(positions.epoch(), loan.offset()) ? 1 : 0;
      }
    }
    return unread;
  }

  /** Acknowledges what is gone and stands before what is delivered already. */
  private void closeGaps() {
    Map<Integer, List<Range>> gaps = group.with(ByKey::gaps);
    if (gaps.isEmpty()) {
      return;
    }
    Branch branch = branches.get();
    gaps.forEach(
        (partition, ranges) ->
            ranges.forEach(
                range ->
                    branch.acknowledge(
                        group.name(),
                        group.topicName(),
                        partition,
                        range.from(),
                        range.to(),
                        Ack.GROUP_ITSELF)));
    try {
      branch.commitOnePhase();
    } catch (TransactionRolledBackException | DiskFullException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "a later fetch acknowledges what is gone", e);
    }
  }

  private static Map<Integer, List<Range>> gaps(List<PartitionState> partitions) {
    Map<Integer, List<Range>> gaps = new TreeMap<>();
    for (int i = 0; i < partitions.size(); i++) {
      List<Range> some = partitions.get(i).window().gaps();
      if (!some.isEmpty()) {
        gaps.put(i, some);
      }
    }
    return gaps;
  }
}
