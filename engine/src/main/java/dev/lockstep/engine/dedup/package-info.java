/**
 * Which idempotency keys a topic holds: those of its messages, and those that undecided branches
 * have claimed.
 *
 * <p>Nothing of it is stored: messages name their keys, indexes have the hashes. It does not know
 * what branches are made of, nor when they end; it is told.
 */
@NullMarked
package dev.lockstep.engine.dedup;

import org.jspecify.annotations.NullMarked;
