package dev.lockstep.spi;

import dev.lockstep.InvalidConfigException;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import java.util.List;
import java.util.ServiceLoader;

/** The implementation behind {@link Lockstep#open}, found by {@link ServiceLoader}. */
public interface LockstepProvider {
  /**
   * Opens a log.
   *
   * @param config where the log is and how it behaves
   * @return the open log
   */
  Lockstep open(LockstepConfig config);

  /**
   * The one provider on the class path.
   *
   * @return the provider
   * @throws InvalidConfigException if there is none, or more than one
   */
  static LockstepProvider installed() {
    List<LockstepProvider> found =
        ServiceLoader.load(LockstepProvider.class, LockstepProvider.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    if (found.size() == 1) {
      return found.get(0);
    }
    throw new InvalidConfigException(
        found.isEmpty()
            ? "no engine on the class path; add dev.lockstep:lockstep-engine beside lockstep-api"
            : "more than one engine on the class path: " + found + "; keep one");
  }
}
