package dev.lockstep.engine;

import dev.lockstep.DiskFullException;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.LogFailedException;
import dev.lockstep.engine.batch.Compressors;
import dev.lockstep.engine.io.BudgetStorage;
import dev.lockstep.engine.io.DirectoryStorage;
import dev.lockstep.engine.io.OutOfSpaceException;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.store.Checkpointer;
import dev.lockstep.spi.LockstepProvider;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;

/** Opens the local segment log. */
public final class EngineProvider implements LockstepProvider {
  /** For the service loader. */
  public EngineProvider() {}

  @Override
  public Lockstep open(LockstepConfig config) {
    try {
      Doctor doctor = Doctor.admit(config);
      Storage storage = DirectoryStorage.open(config.dataDir());
      Engine engine =
          open(
              config,
              doctor,
              storage,
              Compressors.installed(),
              Clock.systemUTC(),
              Checkpointer.TICK);
      engine.manage(ManagementFactory.getPlatformMBeanServer());
      return engine;
    } catch (IOException e) {
      throw mapped(config, e);
    }
  }

  /** Opens the log of a storage, with the compressors on the class path. */
  static Engine open(LockstepConfig config, Storage storage, Clock clock) throws IOException {
    return open(config, storage, Compressors.installed(), clock);
  }

  /** Opens the log of a storage, and closes the storage if that fails. */
  static Engine open(LockstepConfig config, Storage storage, Compressors compressors, Clock clock)
      throws IOException {
    return open(config, storage, compressors, clock, Checkpointer.TICK);
  }

  /** The same, with another time between two looks at retention and compaction, for tests. */
  static Engine open(
      LockstepConfig config,
      Storage storage,
      Compressors compressors,
      Clock clock,
      Duration upkeepEvery)
      throws IOException {
    return open(config, Doctor.unasked(config), storage, compressors, clock, upkeepEvery);
  }

  private static Engine open(
      LockstepConfig config,
      Doctor doctor,
      Storage storage,
      Compressors compressors,
      Clock clock,
      Duration upkeepEvery)
      throws IOException {
    try {
      Storage limited =
          config.diskBudget() == 0 ? storage : BudgetStorage.of(storage, config.diskBudget());
      return Engine.open(config, doctor, limited, compressors, clock, upkeepEvery);
    } catch (IOException | RuntimeException | Error e) {
      try {
        storage.close();
      } catch (IOException | RuntimeException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private static RuntimeException mapped(LockstepConfig config, IOException e) {
    if (e instanceof OutOfSpaceException) {
      return new DiskFullException(
          "no room to open the log in "
              + config.dataDir()
              + ", which needs a segment of "
              + config.segmentSize()
              + " bytes: "
              + e.getMessage()
              + ". Open it again when there is room",
          e);
    }
    return new LogFailedException(
        "the log in " + config.dataDir() + " can't be opened: " + e + "; check the disk", e);
  }
}
