package dev.lockstep.engine.log;

import dev.lockstep.Durability;
import java.time.Duration;

/**
 * When the flusher forces.
 *
 * @param durability what a commit waits for
 * @param interval the time between two forces under {@link Durability#INTERVAL}
 */
public record ForcePolicy(Durability durability, Duration interval) {}
