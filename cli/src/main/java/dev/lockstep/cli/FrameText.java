package dev.lockstep.cli;

import dev.lockstep.engine.inspect.FrameView;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A frame, in words and as JSON. */
final class FrameText {
  private final int maxBytes;

  /**
   * How frames are shown.
   *
   * @param maxBytes how much of a payload, a key or a value
   */
  FrameText(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  String line(FrameView frame) {
    return frame.position()
        + "  "
        + frame.file()
        + "@"
        + frame.at()
        + "  "
        + frame.length()
        + "  "
        + frame.type()
        + "  "
        + fields(frame.fields());
  }

  private String fields(Map<?, ?> fields) {
    List<String> texts = new ArrayList<>();
    fields.forEach((name, value) -> texts.add(name + "=" + text(value)));
    return String.join(" ", texts);
  }

  private String text(Object value) {
    if (value instanceof byte[] bytes) {
      return new Bytes(bytes, maxBytes).toString();
    }
    if (value instanceof Map<?, ?> fields) {
      return "{" + fields(fields) + "}";
    }
    if (value instanceof List<?> list) {
      return list.stream().map(this::text).toList().toString();
    }
    return Escaped.text(String.valueOf(value));
  }

  JsonObject json(FrameView frame) {
    return Json.createObjectBuilder()
        .add("position", frame.position())
        .add("file", frame.file())
        .add("at", frame.at())
        .add("length", frame.length())
        .add("type", frame.type())
        .add("fields", json(frame.fields()))
        .build();
  }

  private JsonValue json(Object value) {
    if (value instanceof byte[] bytes) {
      return json(new Bytes(bytes, maxBytes));
    }
    if (value instanceof Map<?, ?> fields) {
      JsonObjectBuilder object = Json.createObjectBuilder();
      fields.forEach((name, field) -> object.add(String.valueOf(name), json(field)));
      return object.build();
    }
    if (value instanceof List<?> list) {
      JsonArrayBuilder array = Json.createArrayBuilder();
      list.forEach(item -> array.add(json(item)));
      return array.build();
    }
    if (value instanceof Boolean condition) {
      return condition ? JsonValue.TRUE : JsonValue.FALSE;
    }
    return value instanceof Number number
        ? Json.createValue(number.longValue())
        : Json.createValue(String.valueOf(value));
  }

  private static JsonObject json(Bytes bytes) {
    JsonObjectBuilder object = Json.createObjectBuilder();
    object.add("length", bytes.length());
    object.add("cut", bytes.isCut());
    bytes
        .text()
        .ifPresentOrElse(text -> object.add("text", text), () -> object.add("hex", bytes.hex()));
    return object.build();
  }
}
