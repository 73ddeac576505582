package dev.lockstep.json;

/**
 * Finds where a JSON text ends. A binding stops reading there and does not look at what follows, so
 * that two messages which ran into one another would pass for the first.
 */
final class JsonEnd {
  private final String text;
  private int at;

  private JsonEnd(String text) {
    this.text = text;
  }

  /**
   * Throws unless nothing but white space follows the value that a text begins with.
   *
   * @param text a text that begins with a well-formed value
   * @throws IllegalArgumentException if something follows
   */
  static void check(String text) {
    JsonEnd end = new JsonEnd(text);
    end.skipSpace();
    end.skipValue();
    end.skipSpace();
    if (end.at < text.length()) {
      throw new IllegalArgumentException(
          "something follows the JSON value, from character " + end.at + " of " + text.length());
    }
  }

  private void skipSpace() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private void skipValue() {
    int depth = 0;
    do {
      char next = at < text.length() ? text.charAt(at) : 0;
      if (next == '"') {
        skipString();
      } else if (depth == 0 && next != '{' && next != '[') {
        skipLiteral();
      } else {
        depth += next == '{' || next == '[' ? 1 : 0;
        depth -= next == '}' || next == ']' ? 1 : 0;
        at++;
      }
    } while (depth > 0 && at < text.length());
  }

  private void skipString() {
    at++;
    while (at < text.length() && text.charAt(at) != '"') {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    at++;
  }

  private void skipLiteral() {
    while (at < text.length() && isLiteral(text.charAt(at))) {
      at++;
    }
  }

  private static boolean isLiteral(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || "+-.E".indexOf(c) >= 0;
  }
}
