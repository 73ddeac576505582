package dev.lockstep.engine.index;

import dev.lockstep.engine.frame.MessageBody;

/**
 * A message as it stands in the log.
 *
 * @param entry what the index says of it
 * @param body the message
 */
public record StoredMessage(IndexEntry entry, MessageBody body) {}
