package dev.lockstep.engine.io;

import dev.lockstep.engine.io.PowerCutStorage.Loss;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A file as its readers see it, as the disk has it, and the changes between the two.
 *
 * <p>As in a real page cache, a sector reaches the disk whole, as it was after some change: never
 * the bytes of a later write without those of an earlier one in the same sector.
 */
final class SimulatedFile {
  /** A change that is not durable: its sectors as it left them, and what it did to the size. */
  private record Change(
      NavigableMap<Integer, byte[]> sectors, int sizeBefore, int sizeAfter, boolean abandoned) {

    /** The same, left behind by a force that failed. */
    Change abandon() {
      return new Change(sectors, sizeBefore, sizeAfter, true);
    }

    /** The same, of which only the sectors are uncertain still, those written again aside. */
    Change without(List<Change> forced) {
      NavigableMap<Integer, byte[]> left = new TreeMap<>(sectors);
      forced.forEach(change -> left.keySet().removeAll(change.sectors.keySet()));
      return new Change(left, sizeAfter, sizeAfter, true);
    }

    boolean extendsFile() {
      return sizeAfter > sizeBefore;
    }

    boolean shortensFile() {
      return sizeAfter < sizeBefore;
    }
  }

  private final Image seen;
  private final Image onDisk;
  private List<Change> pending;

  SimulatedFile() {
    this(new Image(), new Image(), List.of());
  }

  private SimulatedFile(Image seen, Image onDisk, List<Change> pending) {
    this.seen = seen;
    this.onDisk = onDisk;
    this.pending = new ArrayList<>(pending);
  }

  int size() {
    return seen.size();
  }

  byte[] contents() {
    return seen.contents();
  }

  int read(int offset, ByteBuffer target) {
    return seen.read(offset, target);
  }

  void write(int offset, byte[] source) {
    if (source.length == 0) {
      return;
    }
    int before = seen.size();
    int end = offset + source.length;
    seen.resize(Math.max(before, end));
    seen.put(offset, source);
    remember(before, offset, end);
  }

  void truncate(int size) {
    int before = seen.size();
    seen.resize(size);
    remember(before, size, before);
  }

  private void remember(int sizeBefore, int from, int to) {
    NavigableMap<Integer, byte[]> sectors = new TreeMap<>();
    for (int index = from / Image.SECTOR; index * Image.SECTOR < to; index++) {
      sectors.put(index, seen.sector(index));
    }
    pending.add(new Change(sectors, sizeBefore, seen.size(), false));
  }

  /**
   * Makes durable what was written since the last force, failed or not. Sectors that a failed force
   * left behind stay as uncertain as they were, unless written again: an operating system takes
   * them for clean.
   */
  void force() {
    List<Change> forced = pending.stream().filter(change -> !change.abandoned()).toList();
    onDisk.resize(seen.size());
    forced.forEach(change -> change.sectors().forEach(onDisk::putSector));
    pending =
        pending.stream()
            .filter(Change::abandoned)
            .map(change -> change.without(forced))
            .filter(change -> !change.sectors().isEmpty())
            .collect(Collectors.toCollection(ArrayList::new));
  }

  /** A force that fails: what was pending may or may not be on the disk, now and for good. */
  void failForce() {
    pending.replaceAll(Change::abandon);
  }

  /** Changes bytes on the disk, and as seen. */
  void damage(int offset, byte[] source) {
    seen.put(offset, source);
    onDisk.put(offset, source);
  }

  /** The file as the next start finds it. */
  SimulatedFile after(Loss loss, Random dice) {
    return switch (loss) {
      case DROP -> durable(onDisk.copy());
      case KEEP -> new SimulatedFile(seen.copy(), onDisk.copy(), pending);
      case TEAR -> durable(torn(dice));
      case REORDER -> durable(reordered(dice));
    };
  }

  /** Each pending change survived as a whole, or not. */
  private Image reordered(Random random) {
    Image image = onDisk.copy();
    for (Change change : pending) {
      if (random.nextBoolean()) {
        if (change.extendsFile()) {
          image.resize(Math.max(image.size(), change.sizeAfter()));
        } else if (change.shortensFile()) {
          image.resize(Math.min(image.size(), change.sizeAfter()));
        }
        change.sectors().forEach(image::putSector);
      }
    }
    return image;
  }

  /** Each sector survived as it was after some change, or before all of them. */
  private Image torn(Random random) {
    Image image = onDisk.copy();
    image.resize(anySize(random));
    TreeSet<Integer> touched = new TreeSet<>();
    pending.forEach(change -> touched.addAll(change.sectors().keySet()));
    for (int index : touched) {
      List<byte[]> versions = new ArrayList<>(List.of(onDisk.sector(index)));
      for (Change change : pending) {
        if (change.sectors().containsKey(index)) {
          versions.add(change.sectors().get(index));
        }
      }
      image.putSector(index, versions.get(random.nextInt(versions.size())));
    }
    return image;
  }

  /** The size on the disk, that after any change, or one at a sector between the two. */
  private int anySize(Random random) {
    List<Integer> sizes = new ArrayList<>(List.of(onDisk.size()));
    for (Change change : pending) {
      if (change.extendsFile()) {
        int first = change.sizeBefore() / Image.SECTOR + 1;
        int count = (change.sizeAfter() - 1) / Image.SECTOR + 1 - first;
        if (count > 0) {
          sizes.add((first + random.nextInt(count)) * Image.SECTOR);
        }
        sizes.add(change.sizeAfter());
      } else if (change.shortensFile()) {
        sizes.add(change.sizeAfter());
      }
    }
    return sizes.get(random.nextInt(sizes.size()));
  }

  private static SimulatedFile durable(Image image) {
    return new SimulatedFile(image.copy(), image, List.of());
  }
}
