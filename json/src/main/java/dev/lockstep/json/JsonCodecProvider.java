package dev.lockstep.json;

import dev.lockstep.Codec;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.spi.CodecProvider;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.json.bind.JsonbException;
import java.util.Optional;
import java.util.function.Function;

/**
 * Gives every payload type that nobody else has a codec for a {@link JsonCodec}. To be found on the
 * class path; or configured, to come before the built-in codecs. Thread-safe.
 */
public final class JsonCodecProvider implements CodecProvider {
  /** Below all that is more special: the built-in codecs have 0. */
  private static final int PRIORITY = -100;

  private final Function<Class<?>, Jsonb> bindings;

  /**
   * A provider with JSON Binding's defaults. Each payload class has a binding of its own, that goes
   * with the class: a binding remembers the classes that it has seen, and one for all would hold
   * the class loaders of applications that are long undeployed.
   */
  public JsonCodecProvider() {
    this.bindings = new PerClass()::get;
  }

  /**
   * A provider with a binding of the application's own, to be configured with {@link
   * dev.lockstep.LockstepConfig.Builder#codecs}.
   *
   * @param jsonb the binding, which stays the application's to close, after the log
   */
  public JsonCodecProvider(Jsonb jsonb) {
    this.bindings = type -> jsonb;
  }

  @Override
  public <T> Optional<Codec<T>> codecFor(Class<T> type) {
    return Optional.of(JsonCodec.of(type, bindings.apply(type)));
  }

  /** Made when it is first needed: that takes a while. */
  private static final class PerClass extends ClassValue<Jsonb> {
    @Override
    protected Jsonb computeValue(Class<?> type) {
      return create();
    }
  }

  private static Jsonb create() {
    try {
      return JsonbBuilder.create();
    } catch (JsonbException e) {
      throw new InvalidConfigException(
          "there is no implementation of JSON Binding: "
              + e.getMessage()
              + ". Add org.eclipse:yasson to the class path",
          e);
    }
  }

  @Override
  public int priority() {
    return PRIORITY;
  }
}
