package dev.lockstep.engine.index;

import dev.lockstep.engine.frame.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a checkpoint says of a partition.
 *
 * <pre>
 *    0  8  first offset
 *    8  8  end
 *   16 24  {@link Compacted}
 *   40  4  number of chunks, then each as {@link ChunkInfo}, by base
 * </pre>
 */
public record PartitionManifest(long first, long end, Compacted compacted, List<ChunkInfo> chunks) {
  /** A partition that never had a message. */
  static final PartitionManifest EMPTY = new PartitionManifest(0, 0, Compacted.NOTHING, List.of());

  private static final int FIXED = 20 + Compacted.LENGTH;

  /** Adds the bytes that its chunks refer to. */
  public void addTo(LiveBytes live) {
    chunks.forEach(chunk -> live.addAll(chunk.live()));
  }

  /** The names of its files, and how long each must be at the least. */
  public Map<String, Long> files(int topic, int partition) {
    Map<String, Long> lengths = new TreeMap<>();
    for (ChunkInfo chunk : chunks) {
      ChunkName name = new ChunkName(topic, partition, chunk.base(), chunk.generation());
      lengths.put(name.file(), Page.offsetOf(chunk.count()));
    }
    return lengths;
  }

  /** The room that {@link #put} takes. */
  public int encodedLength() {
    return FIXED + chunks.stream().mapToInt(ChunkInfo::encodedLength).sum();
  }

  /** Appends it. */
  public void put(ByteBuffer buffer) {
    buffer.putLong(first).putLong(end);
    compacted.put(buffer);
    buffer.putInt(chunks.size());
    chunks.forEach(chunk -> chunk.put(buffer));
  }

  /** The inverse of {@link #put}. */
  public static PartitionManifest get(ByteBuffer buffer) {
    long first = buffer.getLong();
    long end = buffer.getLong();
    Compacted compacted = Compacted.get(buffer);
    int count = Bytes.count(buffer, ChunkInfo.FIXED);
    List<ChunkInfo> chunks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      chunks.add(ChunkInfo.get(buffer));
    }
    return new PartitionManifest(first, end, compacted, List.copyOf(chunks));
  }
}
