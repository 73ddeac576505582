package dev.lockstep.engine.log;

/**
 * A segment before the cut of a checkpoint that holds something alive.
 *
 * @param number its number
 * @param incarnation the life of the log that filled it
 * @param end the position up to which its file reaches at least
 */
public record KeptSegment(long number, int incarnation, long end) {}
