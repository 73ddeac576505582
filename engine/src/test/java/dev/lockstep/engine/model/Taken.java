package dev.lockstep.engine.model;

/** Offsets that a transaction acknowledges. */
record Taken(Membership by, int partition, long from, long to) {}
