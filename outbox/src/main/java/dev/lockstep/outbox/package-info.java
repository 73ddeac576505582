/**
 * Half messages: the messages and acknowledgements of a transaction are made durable in the log
 * before its database commits, and a marker row that commits with the database's own rows decides
 * of them. No second phase, no transaction manager's record.
 *
 * <p>{@link dev.lockstep.outbox.JdbcTransactions} is for plain JDBC, {@link
 * dev.lockstep.outbox.HalfMessages} for Jakarta transactions. Behind them are the coordinator of
 * half messages and check-back, which asks the database for what it has decided.
 *
 * <p>It speaks to databases in the words of {@code dialect} alone, and does not know which one it
 * has. It knows no relay: that is a user of its transactions, and {@link
 * dev.lockstep.outbox.RelayPort} is public for it only, and no API.
 */
@NullMarked
package dev.lockstep.outbox;

import org.jspecify.annotations.NullMarked;
