/**
 * The segment log: an append-only sequence of frames in files of a fixed size, with group commit,
 * and the scan that opens it again after a crash.
 *
 * <p>It knows positions, frames and forces. It does not know what a frame's body means: topics,
 * branches and groups are built on it, in packages of their own.
 *
 * <pre>
 *   appenders --claim--&gt; [ active group ] --swap--&gt; flusher: write, force, apply, wake
 *                             |
 *                      segment n | n+1 | spares (made ahead by the allocator)
 * </pre>
 */
@NullMarked
package dev.lockstep.engine.log;

import org.jspecify.annotations.NullMarked;
