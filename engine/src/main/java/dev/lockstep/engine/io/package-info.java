/**
 * The only code that touches files: a flat directory of files with positional access and forces,
 * behind an interface so that a test can cut the power under it.
 *
 * <p>It knows nothing of what the bytes mean.
 */
@NullMarked
package dev.lockstep.engine.io;

import org.jspecify.annotations.NullMarked;
