package dev.lockstep.engine.tx;

import dev.lockstep.CommitPath;
import dev.lockstep.engine.frame.Bytes;
import dev.lockstep.engine.frame.ForgottenBody;
import dev.lockstep.engine.frame.PrepareBody;
import dev.lockstep.engine.frame.ResolvedBody;
import dev.lockstep.engine.log.LogUnit;
import dev.lockstep.spi.Branch.Outcome;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A branch that was decided by hand and is not forgotten.
 *
 * @param body what it was when it was prepared, without its acknowledgements
 * @param outcome how it was decided
 * @param time when, milliseconds since the epoch
 * @param reason why
 * @param messages how many messages it had, by topic
 */
public record HeuristicBranch(
    PrepareBody body, Outcome outcome, long time, String reason, Map<Integer, Integer> messages) {
  /** The room in the log that is reserved for forgetting one. */
  public static final long FORGET_BYTES = LogUnit.decisionBytes(ForgottenBody.SHORTEST_FRAME);

  private static final int FIXED = 1 + Long.BYTES + Integer.BYTES;
  private static final int ONE = 2 * Integer.BYTES;

  public HeuristicBranch {
    messages = new TreeMap<>(messages);
  }

  /** What is left of a prepared branch. */
  static HeuristicBranch of(PreparedBranch branch, ResolvedBody resolved) {
    PrepareBody was = branch.body();
    PrepareBody body =
        new PrepareBody(
            was.branch(),
            was.since(),
            was.decider(),
            was.messages(),
            was.id(),
            was.note(),
            List.of());
    return new HeuristicBranch(
        body,
        resolved.outcome(),
        resolved.audit().time(),
        resolved.audit().reason(),
        branch.messagesByTopic());
  }

  /** How its transaction is made atomic. */
  public CommitPath path() {
    return PreparedBranch.path(body);
  }

  /** The room that {@link #put} takes. */
  public int encodedLength() {
    return body.encodedLength() + FIXED + Bytes.textLength(reason) + messages.size() * ONE;
  }

  /** Appends it, as a checkpoint has it. */
  public void put(ByteBuffer buffer) {
    body.put(buffer);
    buffer.put((byte) (outcome == Outcome.COMMITTED ? 1 : 0)).putLong(time);
    Bytes.putText(buffer, reason);
    buffer.putInt(messages.size());
    messages.forEach((topic, count) -> buffer.putInt(topic).putInt(count));
  }

  /** The inverse of {@link #put}. */
  public static HeuristicBranch get(ByteBuffer buffer) {
    PrepareBody body = PrepareBody.decode(buffer);
    Outcome outcome = buffer.get() == 1 ? Outcome.COMMITTED : Outcome.ROLLED_BACK;
    long time = buffer.getLong();
    String reason = Bytes.text(buffer);
    Map<Integer, Integer> messages = new TreeMap<>();
    for (int i = Bytes.count(buffer, ONE); i > 0; i--) {
      messages.put(buffer.getInt(), buffer.getInt());
    }
    return new HeuristicBranch(body, outcome, time, reason, messages);
  }
}
