package dev.lockstep.engine.io;

import dev.lockstep.engine.io.PowerCutStorage.Loss;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The entries of a directory as they are seen, as the disk has them, and the changes between. */
final class SimulatedDirectory {
  /** Entries that go and come together, or not at all. */
  private record Change(Set<String> gone, Map<String, SimulatedFile> come) {

    void applyTo(Map<String, SimulatedFile> entries) {
      entries.keySet().removeAll(gone);
      entries.putAll(come);
    }
  }

  private final Map<String, SimulatedFile> seen;
  private final Map<String, SimulatedFile> onDisk;
  private final List<Change> pending;

  SimulatedDirectory() {
    this(new TreeMap<>(), new TreeMap<>(), List.of());
  }

  private SimulatedDirectory(
      Map<String, SimulatedFile> seen, Map<String, SimulatedFile> onDisk, List<Change> pending) {
    this.seen = seen;
    this.onDisk = onDisk;
    this.pending = new ArrayList<>(pending);
  }

  List<String> names() {
    return List.copyOf(seen.keySet());
  }

  SimulatedFile find(String name) throws NoSuchFileException {
    SimulatedFile file = seen.get(name);
    if (file == null) {
      throw new NoSuchFileException(name);
    }
    return file;
  }

  long bytes() {
    return seen.values().stream().mapToLong(SimulatedFile::size).sum();
  }

  /** Replacing a file is two changes: a cut may leave the old one, the new one or neither. */
  void create(String name, SimulatedFile file) {
    delete(name);
    change(new Change(Set.of(), Map.of(name, file)));
  }

  void rename(String from, String to, SimulatedFile file) {
    change(new Change(Set.of(from), Map.of(to, file)));
  }

  void delete(String name) {
    change(new Change(Set.of(name), Map.of()));
  }

  private void change(Change change) {
    change.applyTo(seen);
    pending.add(change);
  }

  void force() {
    onDisk.clear();
    onDisk.putAll(seen);
    pending.clear();
  }

  /** The directory and its files as the next start finds them. */
  SimulatedDirectory after(Loss loss, Random dice) {
    Map<SimulatedFile, SimulatedFile> survivors = new HashMap<>();
    UnaryOperator<SimulatedFile> survive =
        file -> survivors.computeIfAbsent(file, each -> each.after(loss, dice));
    if (loss == Loss.KEEP) {
      return new SimulatedDirectory(
          mapped(seen, survive),
          mapped(onDisk, survive),
          pending.stream().map(c -> new Change(c.gone(), mapped(c.come(), survive))).toList());
    }
    Map<String, SimulatedFile> entries = new TreeMap<>(onDisk);
    for (Change change : pending) {
      if (loss != Loss.DROP && dice.nextBoolean()) {
        change.applyTo(entries);
      }
    }
    Map<String, SimulatedFile> found = mapped(entries, survive);
    return new SimulatedDirectory(found, new TreeMap<>(found), List.of());
  }

  private static Map<String, SimulatedFile> mapped(
      Map<String, SimulatedFile> entries, UnaryOperator<SimulatedFile> survive) {
    Map<String, SimulatedFile> mapped = new TreeMap<>();
    entries.forEach((name, file) -> mapped.put(name, survive.apply(file)));
    return mapped;
  }
}
