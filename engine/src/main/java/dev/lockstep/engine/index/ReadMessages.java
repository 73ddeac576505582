package dev.lockstep.engine.index;

import java.util.List;

/**
 * The outcome of one read of a partition.
 *
 * @param messages the messages, by offset
 * @param next the offset behind the last one that was looked at: what is below it and not among the
 *     messages is gone, and reading goes on there
 */
public record ReadMessages(List<StoredMessage> messages, long next) {}
