package dev.lockstep.engine.index;

import dev.lockstep.engine.log.FrameRef;

/** A message of a branch: where it goes, and where it stands in the log. */
public record MessageRef(int topic, int partition, FrameRef frame) {}
