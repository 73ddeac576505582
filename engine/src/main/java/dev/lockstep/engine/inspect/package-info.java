/**
 * A read-only look at a log that nobody has open, for tools: what is in it, and whether all of it
 * is sound.
 *
 * <p>It reads with the engine's own cursors and decoders and by the rules of its open, and goes on
 * where an open would refuse. It knows nothing of how what it finds is shown.
 */
@NullMarked
package dev.lockstep.engine.inspect;

import org.jspecify.annotations.NullMarked;
