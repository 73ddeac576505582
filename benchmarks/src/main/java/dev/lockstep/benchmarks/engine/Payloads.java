package dev.lockstep.benchmarks.engine;

import java.util.Random;

/** What the messages carry: bytes that look random, the same in each run. */
final class Payloads {
  /** The size that every comparison uses, unless it says otherwise. */
  static final int BYTES = 256;

  private static final long SEED = 42;

  private Payloads() {}

  static byte[] of(int bytes) {
    byte[] payload = new byte[bytes];
    new Random(SEED).nextBytes(payload);
    return payload;
  }

  /** A new payload of the same size. */
  static byte[] transform(byte[] payload) {
    byte[] transformed = payload.clone();
    transformed[0]++;
    return transformed;
  }
}
