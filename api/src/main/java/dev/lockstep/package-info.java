/**
 * What application code sees: producers, consumers, topics, groups and the configuration that opens
 * a log.
 *
 * <p>This package knows nothing of files, positions, branches or {@code XAResource}s. Those who
 * plug in transaction managers, codecs or another log use {@link dev.lockstep.spi}.
 */
@NullMarked
package dev.lockstep;

import org.jspecify.annotations.NullMarked;
