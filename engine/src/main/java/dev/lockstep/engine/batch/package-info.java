/**
 * Batches: the messages of a branch for one partition, compressed together into one frame, and
 * taken out of it again.
 *
 * <p>It knows compressors, which are found at run time or are not there, and the layout of frames.
 * It does not know which messages belong together, nor where frames stand in the log.
 */
@NullMarked
package dev.lockstep.engine.batch;

import org.jspecify.annotations.NullMarked;
