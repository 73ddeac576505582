package dev.lockstep.xa.narayana;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.arjuna.coordinator.ActionManager;
import com.arjuna.ats.arjuna.exceptions.ObjectStoreException;
import com.arjuna.ats.arjuna.objectstore.StateStatus;
import com.arjuna.ats.arjuna.objectstore.StateType;
import com.arjuna.ats.arjuna.state.InputObjectState;
import com.arjuna.ats.arjuna.state.OutputObjectState;
import com.arjuna.ats.internal.arjuna.common.UidHelper;
import com.arjuna.ats.internal.arjuna.objectstore.ShadowNoFileLockStore;
import dev.lockstep.InvalidConfigException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Narayana's file store, with a decision record that is there as a whole, the old or the new one,
 * at every moment.
 *
 * <p>When a second phase does not get through to all resources, the manager writes the record again
 * with what is left to do. Its own store does that in place. A kill in the middle of it loses the
 * decision; and a recovery pass that reads the record meanwhile finds half of it, sets it aside as
 * complete, and takes the branches that are left for orphans: it rolls back what was decided to
 * commit. This was seen when PostgreSQL's server was killed under load.
 *
 * <p>So a record that exists is replaced by a rename. The first write stays as it is: until it has
 * returned there is no decision, and half a record means none. Both force the directory, without
 * which a new name may be lost in a power cut.
 */
public final class DecisionStore extends ShadowNoFileLockStore {
  private static final String UNFINISHED = ".rewrite";

  private final Path directory;

  /** Whether there was a record when this began, or one has been written since. */
  private volatile boolean used;

  /**
   * Called by Narayana.
   *
   * @param settings where the store is
   * @throws ObjectStoreException if the directory can't be used
   */
  public DecisionStore(ObjectStoreEnvironmentBean settings) throws ObjectStoreException {
    super(settings);
    this.directory = Path.of(settings.getObjectStoreDir());
    this.used = hasRecords(directory);
  }

  /** Records are files of directories in the directory. */
  private static boolean hasRecords(Path directory) throws ObjectStoreException {
    if (!Files.exists(directory)) {
      return false;
    }
    try (Stream<Path> files =
        Files.find(
            directory,
            Integer.MAX_VALUE,
            (file, is) -> is.isRegularFile() && !directory.equals(file.getParent()))) {
      return files.findAny().isPresent();
    } catch (IOException | UncheckedIOException e) {
      throw new ObjectStoreException(
          "the transaction manager's store in " + directory + " could not be read", e);
    }
  }

  @Override
  public boolean write_committed(Uid id, String type, OutputObjectState state)
      throws ObjectStoreException {
    Path record = Path.of(genPathName(id, type, StateType.OS_ORIGINAL));
    used = true;
    try {
      if (Files.exists(record)) {
        replace(record, directory.resolve(id.fileStringForm() + UNFINISHED), state);
      } else if (!super.write_committed(id, type, state)) {
        return false;
      }
      force(record.resolveSibling("."));
      return true;
    } catch (IOException e) {
      throw new ObjectStoreException("the decision record " + record + " could not be written", e);
    }
  }

  @Override
  public boolean commit_state(Uid id, String type) throws ObjectStoreException {
    used = true;
    return super.commit_state(id, type);
  }

  /**
   * Whether there is a record, without asking what state it is in; and without a look at the disk
   * where there has never been any, since this is asked for each transaction whose decision is in a
   * log.
   */
  boolean holds(Uid id, String type) throws ObjectStoreException {
    return used && Files.exists(Path.of(genPathName(id, type, StateType.OS_ORIGINAL)));
  }

  /**
   * Without the transactions in flight, so that recovery never looks at one. It would take a
   * transaction for finished as soon as its status is, which is before its record is written again.
   */
  @Override
  public boolean allObjUids(String type, InputObjectState found, int match)
      throws ObjectStoreException {
    InputObjectState all = new InputObjectState();
    if (!super.allObjUids(type, all, match)) {
      return false;
    }
    OutputObjectState idle = new OutputObjectState();
    try {
      Uid id = UidHelper.unpackFrom(all);
      while (!id.equals(Uid.nullUid())) {
        if (ActionManager.manager().get(id) == null) {
          UidHelper.packInto(id, idle);
        }
        id = UidHelper.unpackFrom(all);
      }
      UidHelper.packInto(Uid.nullUid(), idle);
    } catch (IOException e) {
      throw new ObjectStoreException("the decision records could not be listed", e);
    }
    found.setBuffer(idle.buffer());
    return true;
  }

  /**
   * From one file, whichever it is. The manager asks for the length first and opens the file then:
   * when the record is written again between the two, it finds a record cut short, or none.
   */
  @Override
  protected @Nullable InputObjectState read_state(Uid id, String type, int kind)
      throws ObjectStoreException {
    if (kind != StateType.OS_ORIGINAL || currentState(id, type) != StateStatus.OS_COMMITTED) {
      return super.read_state(id, type, kind);
    }
    Path record = Path.of(genPathName(id, type, kind));
    try {
      return new InputObjectState(id, type, Files.readAllBytes(record));
    } catch (NoSuchFileException e) {
      // Removed meanwhile, because the transaction is finished: null is the manager's word for it.
      return null;
    } catch (IOException e) {
      throw new ObjectStoreException("the decision record " + record + " could not be read", e);
    }
  }

  /** Through a file outside the store's own directories, all of which it takes for records. */
  private static void replace(Path record, Path whole, OutputObjectState state) throws IOException {
    try (FileOutputStream out = new FileOutputStream(whole.toFile())) {
      out.write(state.buffer(), 0, state.length());
      out.getFD().sync();
    }
    Files.move(whole, record, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Deletes what a kill in the middle of a rewrite left; the record itself is still the old one.
   */
  static void deleteUnfinished(Path directory) {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, "*" + UNFINISHED)) {
      for (Path file : left) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new InvalidConfigException(
          "can't tidy up the transaction manager's store in " + directory + ": " + e, e);
    }
  }

  /** Not through a FileChannel, which an interrupt of the thread would close. */
  static void force(Path directory) throws IOException {
    try (AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
