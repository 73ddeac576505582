package dev.lockstep.engine;

import dev.lockstep.engine.frame.TextHash;
import java.util.HashMap;
import java.util.Map;

/** Different texts with the same hash: among so many, there are some. */
final class HashTwins {
  private HashTwins() {}

  static String[] find() {
    Map<Integer, String> seen = new HashMap<>();
    for (int i = 0; ; i++) {
      String text = Integer.toString(i * 0x9E3779B9, 36) + "/" + i;
      String twin = seen.put(TextHash.of(text), text);
      if (twin != null) {
        return new String[] {twin, text};
      }
    }
  }
}
