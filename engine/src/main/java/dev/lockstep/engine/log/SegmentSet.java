package dev.lockstep.engine.log;

import dev.lockstep.CorruptLogException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The segment files of a directory, sorted by what the checkpoint says of them.
 *
 * @param kept those before the cut that the checkpoint names: they are read, and not replayed
 * @param replayed those from the cut on, by number
 * @param free those before the cut that it does not name: nothing in them counts, whatever they say
 */
record SegmentSet(List<Segment> kept, List<Segment> replayed, List<Segment> free) {
  /**
   * Opens the segments of a directory.
   *
   * @throws CorruptLogException if one that counts is missing, too short, or has a damaged header
   */
  static SegmentSet open(SegmentFiles files, SegmentLog.ReplayFrom from) throws IOException {
    SegmentSet set = new SegmentSet(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    boolean done = false;
    try {
      set.sort(files, from);
      done = true;
      return set;
    } finally {
      if (!done) {
        set.close();
      }
    }
  }

  private void sort(SegmentFiles files, SegmentLog.ReplayFrom from) throws IOException {
    Map<Long, KeptSegment> named =
        from.kept().stream()
            .collect(
                Collectors.toMap(
                    KeptSegment::number, Function.identity(), (one, other) -> one, TreeMap::new));
    long first = from.firstSegment(files.segmentSize());
    for (long number : files.numbers()) {
      KeptSegment known = named.remove(number);
      if (number >= first) {
        replayed.add(files.open(files.header(number)));
      } else if (known != null) {
        kept.add(openKept(files, known));
      } else {
        free.add(files.openFree(number));
      }
    }
    if (!named.isEmpty()) {
      throw refused(
          files, named.keySet().iterator().next(), "is missing, and the checkpoint counts on it");
    }
  }

  /**
   * Opens a segment that the checkpoint names.
   *
   * @throws CorruptLogException if it is too short, of another incarnation, or has a damaged header
   */
  static Segment openKept(SegmentFiles files, KeptSegment known) throws IOException {
    SegmentHeader header = files.header(known.number());
    if (header.incarnation() != known.incarnation()) {
      throw refused(
          files,
          known.number(),
          "is of incarnation "
              + header.incarnation()
              + ", and the checkpoint counts on one of incarnation "
              + known.incarnation());
    }
    Segment segment = files.open(header, known.end());
    long length = segment.file().size();
    long expected = segment.offsetOf(known.end());
    if (length < expected) {
      segment.close();
      throw refused(
          files,
          known.number(),
          "ends at byte " + length + " and had at least " + expected + " bytes");
    }
    return segment;
  }

  private static CorruptLogException refused(SegmentFiles files, long number, String why) {
    return new CorruptLogException(
        "file '"
            + SegmentFiles.name(number)
            + "' in "
            + files.location()
            + " "
            + why
            + ". Nothing was changed. Restore the directory from a backup, together with the"
            + " databases that it shares transactions with");
  }

  boolean isEmpty() {
    return kept.isEmpty() && replayed.isEmpty() && free.isEmpty();
  }

  /** The largest number that a file has. */
  long lastNumber() {
    return List.of(kept, replayed, free).stream()
        .flatMap(List::stream)
        .mapToLong(Segment::number)
        .max()
        .orElse(-1);
  }

  void close() throws IOException {
    for (List<Segment> segments : List.of(kept, replayed, free)) {
      for (Segment segment : segments) {
        segment.close();
      }
    }
  }
}
