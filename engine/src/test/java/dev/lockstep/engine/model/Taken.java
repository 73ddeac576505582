package dev.lockstep.engine.model;

import java.util.Optional;

/**
 * What a transaction takes of a partition.
 *
 * @param to the offset behind the last one that is acknowledged
 * @param parked what becomes of the message at {@code to}, if it is parked
 */
record Taken(Membership by, int partition, long from, long to, Optional<Parked> parked) {
  /** A message that comes again later. */
  record Parked(long until, int attempt) {}
}
