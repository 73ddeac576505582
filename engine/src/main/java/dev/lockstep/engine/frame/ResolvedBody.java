package dev.lockstep.engine.frame;

import dev.lockstep.Transactions.Action;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.engine.frame.CommitBody.OffsetRange;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.spi.Branch.Outcome;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A prepared branch was decided by hand: to commit or to roll back, as the audit record says. One
 * that was forced is remembered until it is {@linkplain ForgottenBody forgotten}.
 *
 * <pre>
 *    0  8  branch number
 *    8  4  number of offset ranges
 *   12     ranges: 4 topic, 4 partition, 8 first offset, 4 count; {@link AuditBody}
 * </pre>
 */
public record ResolvedBody(long branch, List<OffsetRange> ranges, AuditBody audit) {
  public ResolvedBody {
    if (audit.action() == Action.FORGET) {
      throw new IllegalArgumentException("to forget is no outcome");
    }
    ranges = List.copyOf(ranges);
  }

  /** The room that the frame takes, with so many ranges. */
  public static int frameLength(int ranges, AuditBody audit) {
    return Frame.lengthOf(Long.BYTES + OffsetRange.length(ranges) + audit.encodedLength());
  }

  /** How the branch was decided. */
  public Outcome outcome() {
    return audit.action() == Action.COMMIT ? Outcome.COMMITTED : Outcome.ROLLED_BACK;
  }

  /** Whether the outcome is to be remembered. */
  public boolean isHeuristic() {
    return audit.resolve() == Resolve.FORCED;
  }

  /** Encodes the body into a frame. */
  public Frame encode() {
    int length = Long.BYTES + OffsetRange.length(ranges.size()) + audit.encodedLength();
    Frame frame = Frame.begin(FrameTypes.RESOLVED, length).putLong(branch).putInt(ranges.size());
    ranges.forEach(range -> range.put(frame));
    return frame.put(audit::put).seal();
  }

  /** Decodes the body. */
  public static ResolvedBody decode(ByteBuffer body) {
    return new ResolvedBody(body.getLong(), OffsetRange.get(body), AuditBody.get(body));
  }
}
