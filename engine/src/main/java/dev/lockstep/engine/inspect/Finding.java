package dev.lockstep.engine.inspect;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Something that is wrong.
 *
 * @param kind what is damaged
 * @param file the file, if it is one
 * @param at the byte of that file
 * @param position the position in the log
 * @param topic the topic that is concerned
 * @param partition its partition
 * @param offset the first offset that is concerned
 * @param toOffset the offset behind the last one that is concerned
 * @param problem what is wrong
 * @param meaning what follows from it, and what to do
 */
public record Finding(
    Kind kind,
    Optional<String> file,
    OptionalLong at,
    OptionalLong position,
    Optional<String> topic,
    OptionalInt partition,
    OptionalLong offset,
    OptionalLong toOffset,
    String problem,
    String meaning) {

  /** What is damaged. */
  public enum Kind {
    /** The file {@code identity}. */
    IDENTITY,
    /** The header of a segment; or it is another one than the checkpoint counts on. */
    SEGMENT_REFUSED,
    /** A segment that must be there. */
    SEGMENT_MISSING,
    /** The end of a segment. */
    SEGMENT_SHORT,
    /** Frames that no force can have left so. */
    FRAME,
    /** The content of a frame whose checksum is right. */
    FRAME_CONTENT,
    /** The file {@code checkpoint}. */
    CHECKPOINT,
    /** An index file or an entry of it. */
    INDEX,
    /** A message that can't be read. */
    MESSAGE,
    /** A group's offsets. */
    GROUP,
    /** A branch in doubt. */
    BRANCH,
    /** What the frames say together. */
    STATE
  }

  static Finding of(Kind kind, String problem, String meaning) {
    return new Finding(
        kind,
        Optional.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        problem,
        meaning);
  }

  Finding in(String name) {
    return new Finding(
        kind,
        Optional.of(name),
        at,
        position,
        topic,
        partition,
        offset,
        toOffset,
        problem,
        meaning);
  }

  Finding in(String name, long offsetInFile, long logPosition) {
    return new Finding(
        kind,
        Optional.of(name),
        OptionalLong.of(offsetInFile),
        OptionalLong.of(logPosition),
        topic,
        partition,
        offset,
        toOffset,
        problem,
        meaning);
  }

  Finding about(String name, int number) {
    return new Finding(
        kind,
        file,
        at,
        position,
        Optional.of(name),
        OptionalInt.of(number),
        offset,
        toOffset,
        problem,
        meaning);
  }

  Finding offsets(long from, long to) {
    return new Finding(
        kind,
        file,
        at,
        position,
        topic,
        partition,
        OptionalLong.of(from),
        OptionalLong.of(to),
        problem,
        meaning);
  }
}
