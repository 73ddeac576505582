package dev.lockstep.engine.log;

import dev.lockstep.engine.io.StorageFile;
import java.io.IOException;

/** A segment file and the positions that it holds. Thread-safe. */
final class Segment {
  private final SegmentHeader header;
  private final StorageFile file;
  private final long size;

  Segment(SegmentHeader header, StorageFile file, long size) {
    this.header = header;
    this.file = file;
    this.size = size;
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

  /** The position behind the last byte. */
  long end() {
    return base() + size;
  }

  long offsetOf(long position) {
    return position - base();
  }

  void close() throws IOException {
    file.close();
  }
}
