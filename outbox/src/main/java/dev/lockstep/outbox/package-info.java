/**
 * Half messages: the messages and acknowledgements of a transaction are made durable in the log
 * before its database commits, and a marker row that commits with the database's own rows decides
 * of them. No second phase, no transaction manager's record.
 *
 * <p>{@link dev.lockstep.outbox.JdbcTransactions} is for plain JDBC, {@link
 * dev.lockstep.outbox.HalfMessages} for Jakarta transactions. {@link
 * dev.lockstep.outbox.OutboxRelay} moves an application's own outbox table to the log.
 */
@NullMarked
package dev.lockstep.outbox;

import org.jspecify.annotations.NullMarked;
