package dev.lockstep.cli;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonWriter;
import jakarta.json.stream.JsonGenerator;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Writes JSON. A field is always there; it is null where there is no value. */
final class JsonOutput {
  private JsonOutput() {}

  /** Prints an object over several lines. */
  static void print(JsonObject object, PrintWriter out) {
    out.println(text(object, Map.of(JsonGenerator.PRETTY_PRINTING, true)).strip());
  }

  /** Prints an object on a line of its own. */
  static void printLine(JsonObject object, PrintWriter out) {
    out.println(text(object, Map.of()));
  }

  private static String text(JsonObject object, Map<String, ?> settings) {
    StringWriter text = new StringWriter();
    try (JsonWriter writer = Json.createWriterFactory(settings).createWriter(text)) {
      writer.writeObject(object);
    }
    return Escaped.json(text.toString());
  }

  static void add(JsonObjectBuilder object, String name, Optional<String> value) {
    value.ifPresentOrElse(text -> object.add(name, text), () -> object.addNull(name));
  }

  static void add(JsonObjectBuilder object, String name, OptionalLong value) {
    value.ifPresentOrElse(number -> object.add(name, number), () -> object.addNull(name));
  }

  static void add(JsonObjectBuilder object, String name, OptionalInt value) {
    value.ifPresentOrElse(number -> object.add(name, number), () -> object.addNull(name));
  }
}
