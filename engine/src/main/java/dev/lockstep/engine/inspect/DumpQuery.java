package dev.lockstep.engine.inspect;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Which frames to show.
 *
 * @param from the smallest position
 * @param to the position behind the last one
 * @param kinds only these, all if empty
 * @param topic only those that concern this topic
 * @param partition only those that concern this partition of the topic
 * @param offset only the frame of this message of the partition
 * @param limit how many at the most
 */
public record DumpQuery(
    long from,
    long to,
    Set<FrameKind> kinds,
    Optional<String> topic,
    OptionalInt partition,
    OptionalLong offset,
    long limit) {
  /** Every frame. */
  public static final DumpQuery ALL =
      new DumpQuery(
          0,
          Long.MAX_VALUE,
          Set.of(),
          Optional.empty(),
          OptionalInt.empty(),
          OptionalLong.empty(),
          Long.MAX_VALUE);
}
