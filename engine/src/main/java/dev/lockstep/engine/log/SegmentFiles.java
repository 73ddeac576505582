package dev.lockstep.engine.log;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.io.OutOfSpaceException;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.io.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names, makes and opens segment files. A new one is zero-filled and forced under a temporary name
 * before it gets its own, so that a segment that exists has all its room and a valid header; one
 * that is used again has its room.
 */
final class SegmentFiles {
  private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})\\.segment");
  private static final String TEMPORARY = "new.segment.tmp";
  private static final int FILL_BYTES = 1 << 20;

  /** Indexes and checkpoints get this part of the room of a segment, before it is made. */
  private static final int DERIVED_PART = 2;

  private final Storage storage;
  private final UUID logId;
  private final long segmentSize;

  SegmentFiles(Storage storage, LogIdentity identity) {
    this.storage = storage;
    this.logId = identity.id();
    this.segmentSize = identity.segmentSize();
  }

  static boolean isSegment(String name) {
    return NAME.matcher(name).matches();
  }

  static String name(long number) {
    return String.format("%016x.segment", number);
  }

  static Optional<Long> number(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches()
        ? Optional.of(Long.parseUnsignedLong(matcher.group(1), 16))
        : Optional.empty();
  }

  long segmentSize() {
    return segmentSize;
  }

  String location() {
    return storage.location();
  }

  /** The numbers of the segment files, ascending. */
  List<Long> numbers() throws IOException {
    return storage.names().stream().map(SegmentFiles::number).flatMap(Optional::stream).toList();
  }

  /**
   * Reads the header of a segment file.
   *
   * @throws CorruptLogException if it is damaged, or not that of this segment of this log
   */
  SegmentHeader header(long number) throws IOException {
    String name = name(number);
    ByteBuffer page = ByteBuffer.allocate(SegmentHeader.LENGTH);
    try (StorageFile file = storage.open(name)) {
      file.read(0, page);
    }
    Optional<SegmentHeader> header = SegmentHeader.decode(page.flip());
    if (header.isEmpty()) {
      throw new CorruptLogException(
          "the header of file '"
              + name
              + "' in "
              + storage.location()
              + " is damaged. Nothing was changed. Restore the directory from a backup");
    }
    if (!header.get().logId().equals(logId) || header.get().number() != number) {
      throw new CorruptLogException(
          "file '"
              + name
              + "' in "
              + storage.location()
              + " was written as '"
              + name(header.get().number())
              + "' of log "
              + header.get().logId()
              + ", and this is log "
              + logId
              + ". Nothing was changed. Put the directory's own files back");
    }
    return header.get();
  }

  Segment open(SegmentHeader header) throws IOException {
    return open(header, (header.number() + 1) * segmentSize);
  }

  Segment open(SegmentHeader header, long limit) throws IOException {
    return new Segment(header, storage.open(name(header.number())), segmentSize, limit);
  }

  /** Opens a segment of which nothing counts, its header neither. */
  Segment openFree(long number) throws IOException {
    return open(new SegmentHeader(logId, number, 0, SegmentHeader.SAME_INCARNATION, 0));
  }

  /**
   * Throws unless the disk seems to have room for another segment, and some more for what is
   * derived from the log.
   */
  void checkRoom() throws IOException {
    storage.checkRoom(segmentSize + segmentSize / DERIVED_PART);
  }

  /**
   * Throws unless the disk seems to have room for another segment, and perhaps for nothing else.
   */
  void checkRoomForNothingElse() throws IOException {
    storage.checkRoom(segmentSize);
  }

  /** Whether the disk seems to have room for so many segments, and for what is derived. */
  boolean hasRoom(int segments) throws IOException {
    try {
      storage.checkRoom(segments * segmentSize + segmentSize / DERIVED_PART);
      return true;
    } catch (OutOfSpaceException e) {
      return false;
    }
  }

  /** Makes the names durable that a process gave which ended at once. */
  void forceNames() throws IOException {
    storage.forceDirectory();
  }

  /** Makes a new segment. When it returns, the segment and its name are durable. */
  Segment create(long number, int incarnation, long previousEnd, long watermark)
      throws IOException {
    StorageFile file = storage.create(TEMPORARY);
    boolean done = false;
    try {
      fill(file);
      Segment segment =
          publish(file, new SegmentHeader(logId, number, incarnation, previousEnd, watermark));
      done = true;
      return segment;
    } finally {
      if (!done) {
        abandon(file);
      }
    }
  }

  /**
   * Makes a new segment of the room of one that is not read any more, which works on a full disk
   * too. What it held stays in it, as no frame of it is valid in the new one: that is at another
   * position.
   */
  Segment recycle(Segment old, long number, int incarnation, long previousEnd, long watermark)
      throws IOException {
    storage.rename(name(old.number()), TEMPORARY);
    storage.forceDirectory(); // else a power cut may leave the old name to a file without a header
    boolean done = false;
    try {
      Segment segment =
          publish(
              old.file(), new SegmentHeader(logId, number, incarnation, previousEnd, watermark));
      done = true;
      return segment;
    } finally {
      if (!done) {
        abandon(old.file());
      }
    }
  }

  private Segment publish(StorageFile file, SegmentHeader header) throws IOException {
    file.write(0, header.encode());
    file.force();
    storage.rename(TEMPORARY, name(header.number()));
    storage.forceDirectory();
    return new Segment(header, file, segmentSize, (header.number() + 1) * segmentSize);
  }

  private void fill(StorageFile file) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(FILL_BYTES, segmentSize));
    for (long at = 0; at < segmentSize; at += zeros.capacity()) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), segmentSize - at));
      file.write(at, zeros);
    }
  }

  private void abandon(StorageFile file) throws IOException {
    file.close();
    storage.delete(TEMPORARY);
  }

  /** Gives the room of a segment back. */
  void delete(Segment segment) throws IOException {
    segment.close();
    storage.delete(segment.name());
  }

  /** Removes what a crash left of a segment in the making. */
  void deleteTemporary() throws IOException {
    storage.delete(TEMPORARY);
  }
}
