package dev.lockstep.json;

import dev.lockstep.Codec;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.spi.CodecProvider;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.json.bind.JsonbException;
import java.util.Optional;

/**
 * Gives every payload type that nobody else has a codec for a {@link JsonCodec}. To be found on the
 * class path; or configured, to come before the built-in codecs. Thread-safe.
 */
public final class JsonCodecProvider implements CodecProvider {
  /** Below all that is more special: the built-in codecs have 0. */
  private static final int PRIORITY = -100;

  private Optional<Jsonb> jsonb;

  /** A provider with JSON Binding's defaults. */
  public JsonCodecProvider() {
    this.jsonb = Optional.empty();
  }

  /**
   * A provider with a binding of the application's own, to be configured with {@link
   * dev.lockstep.LockstepConfig.Builder#codecs}.
   *
   * @param jsonb the binding, which stays the application's to close, after the log
   */
  public JsonCodecProvider(Jsonb jsonb) {
    this.jsonb = Optional.of(jsonb);
  }

  @Override
  public <T> Optional<Codec<T>> codecFor(Class<T> type) {
    return Optional.of(JsonCodec.of(type, binding()));
  }

  /** The binding, made when it is first needed: that takes a while. */
  private synchronized Jsonb binding() {
    if (jsonb.isEmpty()) {
      jsonb = Optional.of(create());
    }
    return jsonb.get();
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
