package dev.lockstep.engine.index;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which chunk a file is, as its name says. */
record ChunkName(int topic, int partition, long base, int generation) {
  private static final Pattern PATTERN =
      Pattern.compile("([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{16})-([0-9a-f]{8})\\.index");
  private static final int HEX = 16;

  String file() {
    return String.format("%08x-%04x-%016x-%08x.index", topic, partition, base, generation);
  }

  /** The inverse of {@link #file()}; empty for other names. */
  static Optional<ChunkName> parse(String file) {
    Matcher matcher = PATTERN.matcher(file);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new ChunkName(
            Integer.parseUnsignedInt(matcher.group(1), HEX),
            Integer.parseUnsignedInt(matcher.group(2), HEX),
            Long.parseUnsignedLong(matcher.group(3), HEX),
            Integer.parseUnsignedInt(matcher.group(4), HEX)));
  }
}
