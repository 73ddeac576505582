package dev.lockstep.engine.batch;

import dev.lockstep.Compression;
import dev.lockstep.CompressionUnavailableException;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.spi.Compressor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;

/** The compressors that are there at run time. Thread-safe. */
public final class Compressors {
  private final Map<Compression, Compressor> found = new EnumMap<>(Compression.class);
  private final Map<Compression, Compressor> usable = new ConcurrentHashMap<>();
  private final List<String> unusable;

  private Compressors(List<Compressor> compressors, List<String> unusable) {
    this.unusable = List.copyOf(unusable);
    for (Compressor compressor : compressors) {
      Compressor other = found.putIfAbsent(compressor.compression(), compressor);
      if (other != null) {
        throw new InvalidConfigException(
            "there are two compressors for "
                + compressor.compression()
                + ": "
                + other.getClass().getName()
                + " and "
                + compressor.getClass().getName()
                + "; remove one of them from the class path");
      }
    }
  }

  /** Those that are given. */
  public static Compressors of(Compressor... compressors) {
    return new Compressors(List.of(compressors), List.of());
  }

  /** Those on the class path; one that can't be loaded is reported when it is needed. */
  public static Compressors installed() {
    List<Compressor> compressors = new ArrayList<>();
    List<String> unusable = new ArrayList<>();
    ServiceLoader.load(Compressor.class, Compressor.class.getClassLoader()).stream()
        .forEach(provider -> load(provider, compressors, unusable));
    return new Compressors(compressors, unusable);
  }

  private static void load(
      ServiceLoader.Provider<Compressor> provider,
      List<Compressor> compressors,
      List<String> unusable) {
    try {
      compressors.add(provider.get());
    } catch (ServiceConfigurationError | LinkageError e) {
      unusable.add(provider + ": " + e);
    }
  }

  /**
   * The compressor for a topic's messages.
   *
   * @param what what the compression is needed for, for the message
   * @throws CompressionUnavailableException if it is not on the class path, or its library is not
   */
  public Compressor require(Compression compression, String what) {
    Compressor ready = usable.get(compression);
    return ready != null ? ready : probe(compression, what);
  }

  /** Tries a compressor before anything depends on it: its library is loaded by that. */
  private Compressor probe(Compression compression, String what) {
    Compressor compressor =
        Optional.ofNullable(found.get(compression))
            .orElseThrow(() -> unavailable(compression, what, Optional.empty()));
    try {
      byte[] compressed = new byte[compressor.maxCompressedLength(1)];
      int length = compressor.compress(new byte[1], 1, compressed, 0);
      compressor.decompress(compressed, 0, length, new byte[1]);
    } catch (LinkageError e) {
      throw unavailable(compression, what, Optional.of(e));
    }
    usable.put(compression, compressor);
    return compressor;
  }

  private CompressionUnavailableException unavailable(
      Compression compression, String what, Optional<LinkageError> cause) {
    String reason =
        cause
            .map(e -> "the library of its compressor can't be loaded: " + e)
            .orElse(
                "no compressor for that is on the class path"
                    + (unusable.isEmpty() ? "" : ", and one can't be loaded: " + unusable));
    String message =
        what
            + " needs "
            + compression
            + ", and "
            + reason
            + ". Add dev.lockstep:lockstep-compression and its libraries, or use another compression";
    return cause.isPresent()
        ? new CompressionUnavailableException(message, cause.get())
        : new CompressionUnavailableException(message);
  }
}
