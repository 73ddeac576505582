package dev.lockstep.cli;

import dev.lockstep.engine.inspect.Finding;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.util.Locale;

/** A finding, in words and as JSON. */
final class FindingText {
  private FindingText() {}

  /** Where it is: file, byte, position, topic, partition, offsets. */
  static String place(Finding finding) {
    StringBuilder place = new StringBuilder(finding.kind().name().toLowerCase(Locale.ROOT));
    finding.file().ifPresent(file -> place.append(", file ").append(Escaped.text(file)));
    finding.at().ifPresent(at -> place.append(", byte ").append(at));
    finding.position().ifPresent(position -> place.append(", position ").append(position));
    finding
        .topic()
        .ifPresent(topic -> place.append(", topic '").append(Escaped.text(topic)).append('\''));
    finding.partition().ifPresent(partition -> place.append(", partition ").append(partition));
    if (finding.offset().isPresent() && finding.toOffset().isPresent()) {
      long last = finding.toOffset().getAsLong() - 1;
      long first = finding.offset().getAsLong();
      place.append(last > first ? ", offsets " + first + " to " + last : ", offset " + first);
    }
    return place.toString();
  }

  /** Where it is, and what is wrong. */
  static String line(Finding finding) {
    return place(finding) + ": " + Escaped.text(finding.problem());
  }

  static JsonObjectBuilder json(Finding finding) {
    JsonObjectBuilder object = Json.createObjectBuilder();
    object.add("kind", finding.kind().name());
    JsonOutput.add(object, "file", finding.file());
    JsonOutput.add(object, "at", finding.at());
    JsonOutput.add(object, "position", finding.position());
    JsonOutput.add(object, "topic", finding.topic());
    JsonOutput.add(object, "partition", finding.partition());
    JsonOutput.add(object, "offset", finding.offset());
    JsonOutput.add(object, "toOffset", finding.toOffset());
    object.add("problem", finding.problem());
    object.add("meaning", finding.meaning());
    return object;
  }
}
