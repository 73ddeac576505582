package dev.lockstep.engine.client;

import dev.lockstep.Codec;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.spi.CodecProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the codec for a payload type: in the configured providers, in their order, and then among
 * the built-in ones, so that an application can replace those too.
 */
final class Codecs {
  private final List<CodecProvider> providers;

  Codecs(List<CodecProvider> configured) {
    List<CodecProvider> all = new ArrayList<>(configured);
    all.add(new BuiltIn());
    this.providers = List.copyOf(all);
  }

  <T> Codec<T> forType(Class<T> type) {
    for (CodecProvider provider : providers) {
      Optional<Codec<T>> codec = provider.codecFor(type);
      if (codec.isPresent()) {
        return codec.get();
      }
    }
    throw new InvalidConfigException(
        "no codec for payloads of "
            + type.getTypeName()
            + ": give the producer or consumer a Codec instead of the class, or add a CodecProvider"
            + " for it with LockstepConfig.builder().codecs(..)");
  }

  /** The codecs that need no configuration. */
  private static final class BuiltIn implements CodecProvider {
    @Override
    @SuppressWarnings("unchecked") // each branch has compared T with the codec's own type
    public <T> Optional<Codec<T>> codecFor(Class<T> type) {
      if (type == byte[].class) {
        return Optional.of((Codec<T>) BytesCodec.INSTANCE);
      }
      if (type == String.class) {
        return Optional.of((Codec<T>) TextCodec.INSTANCE);
      }
      return Optional.empty();
    }
  }
}
