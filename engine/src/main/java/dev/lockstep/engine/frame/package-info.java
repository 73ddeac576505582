/**
 * The bodies of the frames that the engine puts into the log: one record a frame type, each with
 * its layout, its encoding and its decoding.
 *
 * <p>It knows what is written, and nothing of what happens then.
 */
@NullMarked
package dev.lockstep.engine.frame;

import org.jspecify.annotations.NullMarked;
