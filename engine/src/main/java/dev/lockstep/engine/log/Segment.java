package dev.lockstep.engine.log;

import dev.lockstep.engine.io.StorageFile;
import java.io.IOException;

/** A segment file and the positions that it holds. Thread-safe. */
final class Segment {
  private final SegmentHeader header;
  private final StorageFile file;
  private final long size;
  private volatile long limit;

  /**
   * A segment.
   *
   * @param size how many positions a whole one has
   * @param limit the position where its frames end at the latest
   */
  Segment(SegmentHeader header, StorageFile file, long size, long limit) {
    this.header = header;
    this.file = file;
    this.size = size;
    this.limit = limit;
  }

  SegmentHeader header() {
    return header;
  }

  long number() {
    return header.number();
  }

  int incarnation() {
    return header.incarnation();
  }

  StorageFile file() {
    return file;
  }

  String name() {
    return SegmentFiles.name(number());
  }

  /** The position of the file's first byte. */
  long base() {
    return number() * size;
  }

  /** The position of the first frame. */
  long dataStart() {
    return base() + SegmentHeader.LENGTH;
  }

  /** The position behind the last byte of a whole segment. */
  long end() {
    return base() + size;
  }

  /** The position where its frames end at the latest, and its file perhaps too. */
  long limit() {
    return limit;
  }

  void limit(long position) {
    limit = position;
  }

  long offsetOf(long position) {
    return position - base();
  }

  /** Whether the file has all the room of a segment. */
  boolean isWhole() throws IOException {
    return file.size() >= size;
  }

  void close() throws IOException {
    file.close();
  }
}
