package dev.lockstep;

/**
 * How the messages of a topic are compressed: those of one transaction for one partition together,
 * in batches. Consumers see no difference.
 *
 * <p>All but {@link #NONE} need {@code dev.lockstep:lockstep-compression} on the class path, of
 * whoever sends and of whoever reads.
 */
public enum Compression {
  /** Not at all. */
  NONE,
  /** LZ4: the least work for the processor. */
  LZ4,
  /** Zstandard: the smallest result. */
  ZSTD
}
