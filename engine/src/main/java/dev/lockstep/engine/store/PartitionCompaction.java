package dev.lockstep.engine.store;

import dev.lockstep.engine.frame.DropBody;
import dev.lockstep.engine.frame.TextHash;
import dev.lockstep.engine.index.Compacted;
import dev.lockstep.engine.index.IndexEntry;
import dev.lockstep.engine.index.NumberMap;
import dev.lockstep.engine.index.PartitionIndex;
import dev.lockstep.spi.Envelope.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * One pass over a partition, in rounds of so many keys. A round knows the newest message of each
 * key hash in the part that was not compacted yet, and looks for older ones of the same key in all
 * that is before. Hashes find them, and the keys decide; where two keys have the same hash, their
 * messages are compared key by key in the end.
 *
 * <p>A tombstone goes in a later pass than what it removes, and some time later: whoever has read
 * the one finds the other.
 *
 * <p>A pass that finds that some of what it removes has to stay, as a group was set back meanwhile,
 * ends there and counts for nothing: what is older than a tombstone goes first.
 */
final class PartitionCompaction {
  private static final int SCAN_ENTRIES = 512;

  private final PartitionIndex index;
  private final KeyReader keys;
  private final int keysInRound;
  private final Removal removal;
  private final List<Long> drops = new ArrayList<>();
  private final Set<Integer> collisions = new HashSet<>();
  private NumberMap newest = new NumberMap();
  private boolean tombstones;
  private boolean tombstonesWait;
  private int dropped;
  private boolean refused;

  /** Removes messages durably. */
  @FunctionalInterface
  interface Removal {
    /** Removes ascending offsets; says whether all of them were let go. */
    boolean remove(long[] offsets);
  }

  /**
   * A pass.
   *
   * @param keysInRound how many keys it keeps in memory
   */
  PartitionCompaction(PartitionIndex index, KeyReader keys, int keysInRound, Removal removal) {
    this.index = index;
    this.keys = keys;
    this.keysInRound = keysInRound;
    this.removal = removal;
  }

  /**
   * Compacts all below an offset.
   *
   * @param limit the offset
   * @param now the time, not before that of any commit
   * @param tombstonesBefore tombstones go that have waited since before that time
   * @return how many messages were removed
   */
  int run(long limit, long now, long tombstonesBefore) throws IOException {
    Compacted before = index.compacted();
    long from = Math.min(before.to(), limit);
    do {
      newest = new NumberMap();
      collisions.clear();
      long to = findNewest(from, limit);
      scan(index.first(), to, this::dropOlder);
      dropCollided(to);
      flush();
      from = to;
    } while (from < limit && !refused);
    if (!refused) {
      long due = before.since() < tombstonesBefore ? before.tombstonesTo() : 0;
      dropTombstones(limit, due, before.tombstonesTo());
      flush();
    }
    if (!refused) {
      long to = Math.max(limit, before.to());
      index.compacted(
          tombstonesWait
              ? new Compacted(to, before.tombstonesTo(), before.since())
              : new Compacted(to, limit, now));
    }
    return dropped;
  }

  /** Whether there are tombstones that a later pass removes. */
  boolean leavesTombstones() {
    return tombstones;
  }

  /** Whether it was not ended early. */
  boolean isWhole() {
    return !refused;
  }

  private interface Visitor {
    void entries(List<IndexEntry> entries) throws IOException;
  }

  private void scan(long from, long to, Visitor visitor) throws IOException {
    long next = from;
    while (next < to) {
      List<IndexEntry> entries =
          index.entries(next, SCAN_ENTRIES).stream().filter(entry -> entry.offset() < to).toList();
      if (entries.isEmpty()) {
        return;
      }
      visitor.entries(entries);
      next = entries.get(entries.size() - 1).offset() + 1;
    }
  }

  private static boolean hasKey(IndexEntry entry) {
    return entry.traits().keyHash() != TextHash.NONE;
  }

  /** Fills the map, and returns the offset up to which its room was enough. */
  private long findNewest(long from, long limit) throws IOException {
    long next = from;
    while (next < limit && newest.size() < keysInRound) {
      List<IndexEntry> entries =
          index.entries(next, Math.min(SCAN_ENTRIES, keysInRound - newest.size()));
      if (entries.isEmpty()) {
        return limit;
      }
      for (IndexEntry entry : entries) {
        if (entry.offset() < limit && hasKey(entry)) {
          newest.put(Integer.toUnsignedLong(entry.traits().keyHash()), entry.offset());
        }
        next = entry.offset() + 1;
      }
    }
    return Math.min(next, limit);
  }

  /** The offset of the newest message with that hash; smaller than the entry's if it has it. */
  private long newest(IndexEntry entry) {
    return hasKey(entry)
        ? newest.get(Integer.toUnsignedLong(entry.traits().keyHash()))
        : NumberMap.ABSENT;
  }

  private void dropOlder(List<IndexEntry> entries) throws IOException {
    List<IndexEntry> older =
        entries.stream().filter(entry -> newest(entry) > entry.offset()).toList();
    if (older.isEmpty()) {
      return;
    }
    Map<Long, IndexEntry> toRead = new TreeMap<>();
    for (IndexEntry entry : older) {
      toRead.put(entry.offset(), entry);
      index.entry(newest(entry)).ifPresent(found -> toRead.put(found.offset(), found));
    }
    Map<Long, ByteBuffer> read = keys.keys(toRead.values());
    for (IndexEntry entry : older) {
      ByteBuffer key = read.get(entry.offset());
      ByteBuffer newestKey = read.get(newest(entry));
      if (key != null && key.equals(newestKey)) {
        drop(entry);
      } else if (key != null && newestKey != null) {
        collisions.add(entry.traits().keyHash());
      }
    }
  }

  /** Compares the keys themselves of the messages whose keys have a hash in common. */
  private void dropCollided(long to) throws IOException {
    if (collisions.isEmpty()) {
      return;
    }
    flush();
    Map<ByteBuffer, IndexEntry> newestOfKey = new HashMap<>();
    scan(
        index.first(),
        to,
        entries -> {
          List<IndexEntry> collided =
              matching(entries, entry -> collisions.contains(entry.traits().keyHash()));
          Map<Long, ByteBuffer> read = keys.keys(collided);
          for (IndexEntry entry : collided) {
            ByteBuffer key = read.get(entry.offset());
            IndexEntry older = key == null ? null : newestOfKey.put(key, entry);
            if (older != null) {
              drop(older);
            }
          }
        });
    drops.sort(null);
  }

  private static List<IndexEntry> matching(
      List<IndexEntry> entries, Predicate<IndexEntry> predicate) {
    return entries.stream().filter(predicate).toList();
  }

  /**
   * Nothing older of their keys is left since an earlier pass. The partition's last entry stays.
   *
   * @param due those below go
   * @param waiting those below wait to
   */
  private void dropTombstones(long limit, long due, long waiting) throws IOException {
    scan(
        index.first(),
        Math.min(limit, index.end() - 1),
        entries -> {
          for (IndexEntry entry :
              matching(entries, found -> found.traits().kind() == Kind.TOMBSTONE)) {
            if (entry.offset() < due) {
              drop(entry);
            } else {
              tombstones = true;
              tombstonesWait |= entry.offset() < waiting;
            }
          }
        });
  }

  private void drop(IndexEntry entry) {
    drops.add(entry.offset());
    if (drops.size() == DropBody.MAX_OFFSETS && collisions.isEmpty()) {
      flush();
    }
  }

  private void flush() {
    for (int from = 0; from < drops.size() && !refused; from += DropBody.MAX_OFFSETS) {
      int to = Math.min(drops.size(), from + DropBody.MAX_OFFSETS);
      refused =
          !removal.remove(drops.subList(from, to).stream().mapToLong(Long::longValue).toArray());
      dropped += to - from;
    }
    drops.clear();
  }
}
