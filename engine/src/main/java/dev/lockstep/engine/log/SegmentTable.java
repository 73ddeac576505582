package dev.lockstep.engine.log;

import dev.lockstep.CorruptLogException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The segments that hold frames, by number, and how frames are read from them. Thread-safe. */
final class SegmentTable {
  /** Neighbouring frames are read together, up to so many bytes. */
  private static final int READ_BYTES = 1 << 18;

  private final Map<Long, Segment> segments = new ConcurrentHashMap<>();
  private final FrameSeal seal;
  private final SegmentFiles files;

  SegmentTable(FrameSeal seal, SegmentFiles files) {
    this.seal = seal;
    this.files = files;
  }

  void add(Segment segment) {
    segments.put(segment.number(), segment);
  }

  /** Takes a segment out: reads of it fail from now on. */
  Optional<Segment> remove(long number) {
    return Optional.ofNullable(segments.remove(number));
  }

  List<Segment> all() {
    return segments.values().stream().sorted(Comparator.comparingLong(Segment::number)).toList();
  }

  /** Reads frames and checks every one; neighbours in the log are fetched with one read. */
  void read(List<FrameRef> frames, FrameHandler handler) throws IOException {
    int from = 0;
    while (from < frames.size()) {
      int to = from + 1;
      long start = frames.get(from).position();
      while (to < frames.size()
          && frames.get(to).position() == frames.get(to - 1).end()
          && frames.get(to).end() - start <= READ_BYTES) {
        to++;
      }
      readRun(frames.subList(from, to), handler);
      from = to;
    }
  }

  private void readRun(List<FrameRef> run, FrameHandler handler) throws IOException {
    long start = run.get(0).position();
    Segment segment = segment(start);
    for (FrameRef frame : run) {
      if (frame.end() > segment.end()) {
        throw damaged(segment.name(), frame.position());
      }
    }
    ByteBuffer buffer = ByteBuffer.allocate((int) (run.get(run.size() - 1).end() - start));
    read(segment, start, buffer);
    buffer.flip();
    FrameSeal.Sealer sealer = seal.sealer();
    for (FrameRef frame : run) {
      int at = (int) (frame.position() - start);
      if (!sealer.isValid(buffer, at, buffer.limit(), segment.incarnation(), frame.position())) {
        throw damaged(segment.name(), frame.position());
      }
      int body = FrameDescriptor.bodyLength(buffer, at);
      handler.frame(
          FrameDescriptor.type(buffer, at),
          frame.position(),
          frame.length(),
          buffer.slice(at + FrameDescriptor.HEADER_LENGTH, body));
    }
  }

  private void read(Segment segment, long position, ByteBuffer buffer) throws IOException {
    try {
      segment.file().read(segment.offsetOf(position), buffer);
    } catch (IOException e) {
      if (segments.get(segment.number()) != segment) {
        throw damaged(segment.name(), position); // it was taken out, and its file closed
      }
      throw e;
    }
  }

  private Segment segment(long position) {
    long number = position / files.segmentSize();
    return Optional.ofNullable(segments.get(number))
        .orElseThrow(() -> damaged(SegmentFiles.name(number), position));
  }

  private CorruptLogException damaged(String file, long position) {
    return new CorruptLogException(
        "the message at byte "
            + position % files.segmentSize()
            + " of file '"
            + file
            + "' in "
            + files.location()
            + " (position "
            + position
            + ") is missing or damaged; it is not delivered. Restore the directory from a backup");
  }

  void close() throws IOException {
    for (Segment segment : segments.values()) {
      segment.close();
    }
  }
}
