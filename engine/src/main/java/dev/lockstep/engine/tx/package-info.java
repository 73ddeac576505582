/**
 * Branches: what a transaction collects, how it is prepared, committed in one phase or two, or
 * rolled back, and which branches are undecided.
 *
 * <p>It knows nothing of transaction managers and databases: whoever decides does so through {@link
 * dev.lockstep.spi.TransactionalLog}.
 */
@NullMarked
package dev.lockstep.engine.tx;

import org.jspecify.annotations.NullMarked;
