/**
 * The topics and, for each partition, the index that leads from an offset to a frame of the log.
 *
 * <p>It knows where messages are and which are visible. It does not know why: branches and groups
 * are above it.
 */
@NullMarked
package dev.lockstep.engine.index;

import org.jspecify.annotations.NullMarked;
