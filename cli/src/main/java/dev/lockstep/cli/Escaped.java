package dev.lockstep.cli;

import java.util.Locale;

/**
 * Text that comes from a log, as it may be printed: on one line, and without anything that a
 * terminal would obey.
 */
final class Escaped {
  private static final int DELETE = 0x7f;

  private Escaped() {}

  /** For people: what can't be seen, as an escape of Java's; a backslash twice. */
  static String text(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            character -> {
              switch (character) {
                case '\\' -> escaped.append("\\\\");
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                default -> append(escaped, character);
              }
            });
    return escaped.toString();
  }

  /** The same JSON. What is below 0x20 must be an escape in a string of JSON; here, more is. */
  static String json(String json) {
    if (json.chars().allMatch(unit -> unit < DELETE)) {
      return json;
    }
    StringBuilder escaped = new StringBuilder(json.length());
    json.codePoints()
        .forEach(
            character -> {
              if (character < DELETE) {
                escaped.appendCodePoint(character); // a line break is part of the layout
              } else {
                append(escaped, character);
              }
            });
    return escaped.toString();
  }

  /** Controls, and what changes the direction or the line: a terminal may obey all of these. */
  static boolean isUnseen(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  private static void append(StringBuilder target, int character) {
    if (!isUnseen(character)) {
      target.appendCodePoint(character);
      return;
    }
    for (char unit : Character.toChars(character)) {
      target.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
    }
  }
}
