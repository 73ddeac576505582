/**
 * The suite {@code half-message}: a row and a message in one database transaction, beside plain
 * JDBC that inserts an outbox row instead of a message, with and without a relay.
 */
@NullMarked
package dev.lockstep.benchmarks.halfmessage;

import org.jspecify.annotations.NullMarked;
