package dev.lockstep.engine.model;

import dev.lockstep.spi.BranchId;
import java.util.List;

/** A prepared transaction. */
record Doubt(BranchId id, byte[] note, long since, List<Sent> sent, List<Taken> taken) {
  boolean fences(Membership by, int partition) {
    return taken.stream().anyMatch(t -> t.by().equals(by) && t.partition() == partition);
  }
}
