/**
 * The suite {@code xa}: a row in PostgreSQL and a message, in one transaction of Narayana's, beside
 * the ceiling and a peer. Narayana has one set of settings for a process, so each contender has a
 * process of its own, and they take turns.
 */
@NullMarked
package dev.lockstep.benchmarks.xa;

import org.jspecify.annotations.NullMarked;
