package dev.lockstep.engine;

import dev.lockstep.CommitPath;
import dev.lockstep.Transactions;
import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.index.TopicTable;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.tx.PreparedBranch;
import dev.lockstep.engine.tx.PreparedBranches;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The transactions in doubt, as the API shows them. */
final class TransactionsView implements Transactions {
  private final SegmentLog log;
  private final TopicTable topics;
  private final PreparedBranches prepared;

  TransactionsView(SegmentLog log, TopicTable topics, PreparedBranches prepared) {
    this.log = log;
    this.topics = topics;
    this.prepared = prepared;
  }

  @Override
  public List<InDoubt> inDoubt() {
    log.checkOpen();
    return prepared.all().stream().map(this::view).toList();
  }

  @Override
  public Optional<InDoubt> find(String transactionId) {
    return inDoubt().stream()
        .filter(transaction -> transaction.transactionId().equals(transactionId))
        .findFirst();
  }

  private InDoubt view(PreparedBranch branch) {
    Map<String, Integer> messages = new TreeMap<>();
    branch
        .messages()
        .forEach(message -> messages.merge(topics.topic(message.topic()).name(), 1, Integer::sum));
    List<String> groups =
        branch.body().acks().stream().map(Ack::group).distinct().sorted().toList();
    return new View(branch, Map.copyOf(messages), groups);
  }

  private record View(
      PreparedBranch branch, Map<String, Integer> messagesByTopic, List<String> blockedGroups)
      implements InDoubt {
    @Override
    public String transactionId() {
      return branch.body().id().toString();
    }

    @Override
    public CommitPath path() {
      return branch.path();
    }

    @Override
    public Instant since() {
      return Instant.ofEpochMilli(branch.body().since());
    }

    @Override
    public String waitsFor() {
      return switch (branch.body().decider()) {
        case TRANSACTION_MANAGER ->
            "the transaction manager, which decides in its second phase or in its recovery";
        case DATABASE -> "the database transaction that it belongs to";
      };
    }
  }
}
