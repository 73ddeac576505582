/**
 * Moves an application's own outbox table to the log: {@link
 * dev.lockstep.outbox.relay.OutboxRelay}.
 *
 * <p>It is a user of {@link dev.lockstep.outbox.JdbcTransactions}, and does not know how a
 * transaction and its messages are kept together; nothing outside refers to it. Its tables are
 * PostgreSQL's.
 */
@NullMarked
package dev.lockstep.outbox.relay;

import org.jspecify.annotations.NullMarked;
