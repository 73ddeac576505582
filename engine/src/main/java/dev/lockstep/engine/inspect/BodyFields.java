package dev.lockstep.engine.inspect;

import dev.lockstep.Headers;
import dev.lockstep.TopicConfig;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns the record of a frame's body into names and values. */
final class BodyFields {
  private BodyFields() {}

  static Map<String, Object> of(Record body) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (RecordComponent component : body.getClass().getRecordComponents()) {
      value(read(body, component)).ifPresent(value -> fields.put(component.getName(), value));
    }
    return fields;
  }

  private static Object read(Record body, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true); // some records are private
      return component.getAccessor().invoke(body);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("can't read " + component, e);
    }
  }

  /** The value; nothing for one that is absent. */
  private static Optional<Object> value(Object value) {
    if (value instanceof Optional<?> optional) {
      return optional.flatMap(BodyFields::value);
    }
    if (value instanceof Number || value instanceof byte[] || value instanceof Boolean) {
      return Optional.of(value);
    }
    if (value instanceof long[] numbers) {
      return Optional.of(Arrays.stream(numbers).boxed().toList());
    }
    if (value instanceof int[] numbers) {
      return Optional.of(Arrays.stream(numbers).boxed().toList());
    }
    if (value instanceof TopicConfig config) {
      return Optional.of(config(config));
    }
    if (value instanceof Headers.Header header) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("name", header.name());
      fields.put("value", header.value());
      return Optional.of(fields);
    }
    if (value instanceof Iterable<?> items) {
      return Optional.of(list(items));
    }
    return Optional.of(value instanceof Record inner ? of(inner) : String.valueOf(value));
  }

  private static List<Object> list(Iterable<?> items) {
    List<Object> list = new ArrayList<>();
    items.forEach(item -> value(item).ifPresent(list::add));
    return list;
  }

  private static Map<String, Object> config(TopicConfig config) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", config.name());
    fields.put("partitions", config.partitions());
    config.retainFor().ifPresent(time -> fields.put("retainMillis", time.toMillis()));
    config.retainBytes().ifPresent(bytes -> fields.put("retainBytes", bytes));
    fields.put("retainUntilConsumed", config.isRetainedUntilConsumed());
    config
        .tombstoneRetention()
        .ifPresent(time -> fields.put("tombstoneRetentionMillis", time.toMillis()));
    fields.put("compression", config.compression().name());
    return fields;
  }
}
