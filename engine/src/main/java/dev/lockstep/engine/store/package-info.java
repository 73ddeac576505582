/**
 * What is kept beside the log so that opening it takes time in proportion to what came last:
 * checkpoints, and the replay of what stands behind the newest one.
 *
 * <p>It puts the state of all other packages into a file and gets it out again; it decides nothing.
 */
@NullMarked
package dev.lockstep.engine.store;

import org.jspecify.annotations.NullMarked;
