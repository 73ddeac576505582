package dev.lockstep.engine.tx;

import dev.lockstep.engine.index.MessageRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The messages of active branches that are in the log already, by branch number. They come in log
 * order, from the flusher and from the replay before it, and leave when their branch is prepared or
 * has ended. Thread-safe.
 */
public final class SpilledBranches {
  private final Map<Long, List<List<MessageRef>>> branches = new TreeMap<>();

  /**
   * What a branch has spilled.
   *
   * @param branch its number
   * @param messages its messages, in their order
   */
  public record SpilledBranch(long branch, List<MessageRef> messages) {}

  /** Adds messages of a branch, behind those that it has already. */
  public synchronized void add(long branch, List<MessageRef> messages) {
    branches.computeIfAbsent(branch, number -> new ArrayList<>()).add(messages);
  }

  /** Keeps the first messages of a branch, so many of them, and forgets the others. */
  synchronized void keep(long branch, int messages) {
    List<List<MessageRef>> kept = new ArrayList<>();
    int left = messages;
    for (List<MessageRef> part : branches.getOrDefault(branch, List.of())) {
      if (left > 0) {
        kept.add(part.size() <= left ? part : List.copyOf(part.subList(0, left)));
      }
      left -= part.size();
    }
    branches.put(branch, kept);
  }

  /** Forgets a branch; says what it had. */
  public List<MessageRef> take(long branch) {
    List<List<MessageRef>> parts = remove(branch);
    return parts == null ? List.of() : joined(parts);
  }

  /** Forgets a branch. */
  void forget(long branch) {
    remove(branch);
  }

  private synchronized @Nullable List<List<MessageRef>> remove(long branch) {
    return branches.remove(branch);
  }

  /**
   * All of them as they are now. It takes no time worth mentioning, however many messages they
   * have: the flusher does it while commits wait.
   */
  public synchronized Snapshot snapshot() {
    Map<Long, List<List<MessageRef>>> all = new TreeMap<>();
    branches.forEach((branch, parts) -> all.put(branch, List.copyOf(parts)));
    return new Snapshot(all);
  }

  /** What branches had spilled at a moment. */
  public static final class Snapshot {
    private final Map<Long, List<List<MessageRef>>> branches;

    private Snapshot(Map<Long, List<List<MessageRef>>> branches) {
      this.branches = branches;
    }

    /** The branches, oldest first. */
    public List<SpilledBranch> branches() {
      List<SpilledBranch> all = new ArrayList<>(branches.size());
      branches.forEach((branch, parts) -> all.add(new SpilledBranch(branch, joined(parts))));
      return all;
    }
  }

  private static List<MessageRef> joined(List<List<MessageRef>> parts) {
    List<MessageRef> joined = new ArrayList<>();
    parts.forEach(joined::addAll);
    return joined;
  }

  /** Forgets everything: branches that were active when the log was closed or killed are gone. */
  public synchronized void clear() {
    branches.clear();
  }
}
