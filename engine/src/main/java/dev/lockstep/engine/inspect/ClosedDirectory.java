package dev.lockstep.engine.inspect;

import dev.lockstep.CorruptLogException;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.engine.io.ReadOnlyDirectory;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.log.LogIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * The data directory of a log that nobody has open. Nothing here changes it, not by a byte, and
 * nobody can open the log before this is closed. For one thread.
 */
public final class ClosedDirectory implements AutoCloseable {
  private final Storage storage;

  private ClosedDirectory(Storage storage) {
    this.storage = storage;
  }

  /**
   * Opens a directory for reading.
   *
   * @throws InvalidConfigException if it is not there, can't be read, or holds no log
   * @throws dev.lockstep.DirectoryHeldException if somebody has it open; the message names who
   */
  public static ClosedDirectory open(Path directory) throws IOException {
    Storage storage = ReadOnlyDirectory.open(directory);
    boolean done = false;
    try {
      ClosedDirectory opened = of(storage);
      done = true;
      return opened;
    } finally {
      if (!done) {
        storage.close();
      }
    }
  }

  /** The same for a storage, which is closed with it. */
  public static ClosedDirectory of(Storage storage) throws IOException {
    if (storage.names().stream().noneMatch(DirectoryFiles::belongsToALog)) {
      throw new InvalidConfigException(
          "there is no log in " + storage.location() + "; name the data directory of one");
    }
    return new ClosedDirectory(storage);
  }

  private LogIdentity identity() throws IOException {
    return LogIdentity.find(storage)
        .orElseThrow(
            () ->
                new CorruptLogException(
                    storage.location()
                        + " has files of a log, but no file 'identity'; restore it from a backup"
                        + " of this directory"));
  }

  private LogView view() throws IOException {
    return LogView.open(storage, identity());
  }

  /**
   * A look at the whole. Where an open would refuse the log, the overview says so and shows what
   * can be known nevertheless.
   *
   * @throws CorruptLogException if the identity is damaged
   */
  public Overview overview() throws IOException {
    LogIdentity identity = identity();
    try (LogView view = LogView.open(storage, identity)) {
      return new Overviews(storage, identity, view).make();
    }
  }

  /**
   * All topics, by name.
   *
   * @throws CorruptLogException if an open would refuse the log
   */
  public List<TopicSummary> topics() throws IOException {
    try (LogView view = view()) {
      return Summaries.topics(view.derive().state());
    }
  }

  /**
   * All groups, by name and topic.
   *
   * @throws CorruptLogException if an open would refuse the log
   */
  public List<GroupSummary> groups() throws IOException {
    try (LogView view = view()) {
      return Summaries.groups(view.derive().state());
    }
  }

  /** Checks everything. */
  public Verification verify(Progress progress) throws IOException {
    return new Verifier(storage, progress).verify();
  }

  /**
   * Hands over the frames that a query asks for, in log order. Damaged ones are passed over, and
   * told of.
   *
   * @throws CorruptLogException if the identity is damaged, or the query names a topic and an open
   *     would refuse the log
   * @throws dev.lockstep.UnknownTopicException if there is no such topic
   * @throws UnknownPlaceException if there is no such partition or message
   */
  public void dump(DumpQuery query, Consumer<FrameView> frames, Consumer<Finding> damage)
      throws IOException {
    try (LogView view = view()) {
      new Dump(view, query, frames, damage).run();
    }
  }

  @Override
  public void close() throws IOException {
    storage.close();
  }
}
