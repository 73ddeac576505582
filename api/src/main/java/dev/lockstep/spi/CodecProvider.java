package dev.lockstep.spi;

import dev.lockstep.Codec;
import java.util.Optional;

/** Finds codecs for payload types. Thread-safe. */
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
}
