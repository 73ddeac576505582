package dev.lockstep.engine.client;

import dev.lockstep.Codec;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.spi.CodecProvider;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * Finds the codec for a payload type: in the configured providers, in their order, and then among
 * those on the class path and the built-in ones, by priority. So an application can replace the
 * built-in ones too.
 */
final class Codecs {
  private static final Comparator<CodecProvider> BY_PRIORITY =
      Comparator.comparingInt(CodecProvider::priority)
          .reversed()
          .thenComparing(provider -> provider.getClass().getName());

  private final List<CodecProvider> providers;

  /**
   * Codecs of given providers.
   *
   * @param configured those that come first, in this order
   * @param found those on the class path
   */
  Codecs(List<CodecProvider> configured, List<CodecProvider> found) {
    List<CodecProvider> all = new ArrayList<>(configured);
    List<CodecProvider> others = new ArrayList<>(found);
    others.add(new BuiltIn());
    others.sort(BY_PRIORITY);
    all.addAll(others);
    this.providers = List.copyOf(all);
  }

  /** Codecs of the configured providers and those on the class path. */
  static Codecs of(List<CodecProvider> configured) {
    return new Codecs(configured, onClassPath());
  }

  private static List<CodecProvider> onClassPath() {
    try {
      return ServiceLoader.load(CodecProvider.class, CodecProvider.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();
    } catch (ServiceConfigurationError e) {
      throw new InvalidConfigException(
          "a codec provider on the class path can't be used: "
              + e.getMessage()
              + "; complete the class path, or remove the provider",
          e);
    }
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
            + ": give the producer or consumer a Codec instead of the class, add a CodecProvider"
            + " for it with LockstepConfig.builder().codecs(..), or add"
            + " dev.lockstep:lockstep-json to the class path for JSON");
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
