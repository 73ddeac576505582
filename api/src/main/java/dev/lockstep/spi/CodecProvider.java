package dev.lockstep.spi;

import dev.lockstep.Codec;
import java.util.Optional;

/**
 * Finds codecs for payload types. Thread-safe. Configured ({@link
 * dev.lockstep.LockstepConfig.Builder#codecs}), or found by {@link java.util.ServiceLoader} on the
 * class path. Later versions of this interface grow by default methods only.
 */
@FunctionalInterface
public interface CodecProvider {
  /**
   * A codec for a type.
   *
   * @param <T> the payload type
   * @param type the class of the payloads
   * @return the codec, if this provider handles the type
   */
  <T> Optional<Codec<T>> codecFor(Class<T> type);

  /**
   * Which of the providers on the class path is asked first: the one with the higher priority. The
   * built-in codecs for byte arrays and strings have 0. Those that are configured come before all,
   * in the order of the configuration.
   *
   * @return the priority, 0 unless it says otherwise
   */
  default int priority() {
    return 0;
  }
}
