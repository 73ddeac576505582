package dev.lockstep.engine.frame;

import dev.lockstep.Transactions.Action;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decision;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Something that was done by hand: a part of other bodies, and of checkpoints.
 *
 * <pre>
 *    0  8  time, milliseconds since the epoch, never less than in an earlier frame
 *    8  1  action: 0 commit, 1 rollback, 2 forget
 *    9  1  0: proven; 1: forced
 *   10  1  what was proven of the decision: 0 commit, 1 rollback, 2 nothing
 *   11  8  process id
 *   19  4  format id
 *   23     global id, qualifier, user, host, reason (each 2 bytes length, bytes)
 * </pre>
 */
public record AuditBody(
    long time,
    Action action,
    Resolve resolve,
    Decision decision,
    BranchId id,
    Actor actor,
    String reason) {
  private static final List<Action> ACTIONS =
      List.of(Action.COMMIT, Action.ROLLBACK, Action.FORGET);
  private static final List<Resolve> RESOLVES = List.of(Resolve.PROVEN, Resolve.FORCED);
  private static final List<Decision> DECISIONS =
      List.of(Decision.COMMIT, Decision.ROLLBACK, Decision.UNKNOWN);
  private static final int FIXED = 23;

  /**
   * Who did it.
   *
   * @param user the name of a user, at most {@link #MAX_NAME_BYTES}
   * @param host the name of a machine, at most {@link #MAX_NAME_BYTES}
   * @param pid a process of it
   */
  public record Actor(String user, String host, long pid) {
    /** The longest name of a user or of a host, in bytes of UTF-8. */
    public static final int MAX_NAME_BYTES = 64;

    /** An actor whose names are cut where they are too long. */
    public static Actor of(String user, String host, long pid) {
      return new Actor(cut(user), cut(host), pid);
    }

    private static String cut(String name) {
      StringBuilder cut = new StringBuilder();
      int bytes = 0;
      for (int point : name.codePoints().toArray()) {
        bytes += Character.toString(point).getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_NAME_BYTES) {
          break;
        }
        cut.appendCodePoint(point);
      }
      return cut.toString();
    }
  }

  private static int idLength(BranchId id) {
    return 2 * Short.BYTES + id.globalId().length + id.qualifier().length;
  }

  /** The room that {@link #put} takes. */
  public int encodedLength() {
    return FIXED
        + idLength(id)
        + Bytes.textLength(actor.user())
        + Bytes.textLength(actor.host())
        + Bytes.textLength(reason);
  }

  /** The same at another time. */
  public AuditBody at(long millis) {
    return new AuditBody(millis, action, resolve, decision, id, actor, reason);
  }

  /** Appends the body. */
  public void put(ByteBuffer body) {
    body.putLong(time).put((byte) ACTIONS.indexOf(action)).put((byte) RESOLVES.indexOf(resolve));
    body.put((byte) DECISIONS.indexOf(decision)).putLong(actor.pid()).putInt(id.formatId());
    Bytes.putShort(body, id.globalId());
    Bytes.putShort(body, id.qualifier());
    Bytes.putText(body, actor.user());
    Bytes.putText(body, actor.host());
    Bytes.putText(body, reason);
  }

  /** The inverse of {@link #put}. */
  public static AuditBody get(ByteBuffer body) {
    long time = body.getLong();
    Action action = ACTIONS.get(body.get());
    Resolve resolve = RESOLVES.get(body.get());
    Decision decision = DECISIONS.get(body.get());
    long pid = body.getLong();
    BranchId id = BranchId.of(body.getInt(), Bytes.shortArray(body), Bytes.shortArray(body));
    Actor actor = new Actor(Bytes.text(body), Bytes.text(body), pid);
    return new AuditBody(time, action, resolve, decision, id, actor, Bytes.text(body));
  }
}
