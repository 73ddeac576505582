package dev.lockstep.engine.tx;

import dev.lockstep.CommitPath;
import dev.lockstep.engine.frame.CommitBody;
import dev.lockstep.engine.frame.MovedBody;
import dev.lockstep.engine.frame.PrepareBody;
import dev.lockstep.engine.frame.RollbackBody;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.log.LogUnit;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A branch whose prepare is durable and whose outcome is not known. */
public record PreparedBranch(PrepareBody body, List<MessageRef> messages) {
  /** How its transaction is made atomic. */
  public CommitPath path() {
    return path(body);
  }

  /** What the SPI says of it. */
  public Undecided undecided() {
    return new Undecided(
        body.id(), body.decider(), Instant.ofEpochMilli(body.since()), body.note().clone());
  }

  static CommitPath path(PrepareBody body) {
    return switch (body.decider()) {
      case TRANSACTION_MANAGER -> CommitPath.XA;
      case DATABASE -> CommitPath.HALF_MESSAGE;
    };
  }

  /** How many messages it has, by topic. */
  public Map<Integer, Integer> messagesByTopic() {
    Map<Integer, Integer> counts = new TreeMap<>();
    messages.forEach(message -> counts.merge(message.topic(), 1, Integer::sum));
    return counts;
  }

  /** The room in the log that its decision may need, whichever it is. */
  public long decisionBytes() {
    return decisionBytes(
        (int)
            messages.stream()
                .map(message -> new OffsetClaims.Target(message.topic(), message.partition()))
                .distinct()
                .count());
  }

  /** The room that the decision of a branch needs that sends to so many partitions. */
  static long decisionBytes(int partitions) {
    return LogUnit.decisionBytes(
        Math.max(CommitBody.frameLength(partitions, List.of()), RollbackBody.FRAME_LENGTH));
  }

  /**
   * Makes its outcome visible. It stays among the prepared branches.
   *
   * @return what it is now: its messages may have moved since it was found
   */
  PreparedBranch show(BranchContext context, Outcome outcome, long time) {
    long number = body.branch();
    PreparedBranch now = context.prepared().find(number).orElse(this);
    switch (outcome) {
      case COMMITTED -> {
        context.topics().publish(now.messages(), time);
        context.groups().commit(body.acks(), number);
      }
      case ROLLED_BACK -> context.groups().release(body.acks(), number);
    }
    return now;
  }

  /** The same with messages that refer to copies, where they still refer to the originals. */
  PreparedBranch moved(List<MovedBody.Pending> moves) {
    List<MessageRef> moved = new ArrayList<>(messages);
    for (MovedBody.Pending move : moves) {
      MessageRef message = moved.get(move.index());
      if (message.frame().position() == move.from()) {
        moved.set(move.index(), message.at(move.to()));
      }
    }
    return new PreparedBranch(body, moved);
  }
}
