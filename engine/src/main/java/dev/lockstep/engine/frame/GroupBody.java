package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where a group is in a topic, in all its partitions: as a frame, where it starts when its first
 * member joins; in a checkpoint, where it is at the cut.
 *
 * <pre>
 *    0  4  topic
 *    4  4  number of partitions
 *    8     for each partition: 8 acknowledged offset   4 number of ranges   4 number of parks
 *            ranges, above the acknowledged offset: 8 from, inclusive   8 to, exclusive
 *            parks: 8 offset   8 until, milliseconds since the epoch   4 attempt
 *          name of the group (2 bytes length, UTF-8)
 * </pre>
 */
public record GroupBody(String group, int topic, List<Place> places) {

  /**
   * Where a group is in a partition.
   *
   * @param committed the acknowledged offset: everything below it is consumed
   * @param ranges what is consumed above it; ascending, neither overlapping nor touching
   * @param parks what is parked; ascending
   */
  public record Place(long committed, List<Range> ranges, List<Park> parks) {
    private static final int FIXED = Long.BYTES + 2 * Integer.BYTES;

    /** A partition of which everything below an offset is consumed. */
    public static Place at(long committed) {
      return new Place(committed, List.of(), List.of());
    }

    private int length() {
      return FIXED + ranges.size() * Range.LENGTH + parks.size() * Park.LENGTH;
    }

    private void put(ByteBuffer body) {
      body.putLong(committed).putInt(ranges.size()).putInt(parks.size());
      ranges.forEach(range -> range.put(body));
      parks.forEach(park -> park.put(body));
    }

    private static Place get(ByteBuffer body) {
      long committed = body.getLong();
      int rangeCount = Bytes.count(body, Range.LENGTH);
      int parkCount = Bytes.count(body, Park.LENGTH);
      return new Place(committed, Ack.ranges(body, rangeCount), Ack.parks(body, parkCount));
    }
  }

  /** A group that starts at these offsets. */
  public static GroupBody at(String group, int topic, long... offsets) {
    return new GroupBody(group, topic, Arrays.stream(offsets).mapToObj(Place::at).toList());
  }

  /** The room that {@link #put} takes. */
  public int encodedLength() {
    int length = 2 * Integer.BYTES + Bytes.textLength(group);
    for (Place place : places) {
      length += place.length();
    }
    return length;
  }

  /** Appends the body, as the frame has it. */
  public void put(ByteBuffer body) {
    body.putInt(topic).putInt(places.size());
    places.forEach(place -> place.put(body));
    Bytes.putText(body, group);
  }

  /** Encodes the body into a frame. */
  public Frame encode() {
    return Frame.encode(FrameTypes.GROUP, encodedLength(), this::put);
  }

  /** Decodes the body. */
  public static GroupBody decode(ByteBuffer body) {
    int topic = body.getInt();
    int count = Bytes.count(body, Place.FIXED);
    List<Place> places = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      places.add(Place.get(body));
    }
    return new GroupBody(Bytes.text(body), topic, List.copyOf(places));
  }
}
