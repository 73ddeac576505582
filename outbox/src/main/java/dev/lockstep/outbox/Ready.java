package dev.lockstep.outbox;

import dev.lockstep.outbox.dialect.DatabaseId;
import dev.lockstep.outbox.dialect.Dialect;
import java.util.List;

/**
 * A database that half messages can be used with.
 *
 * @param dialect its words
 * @param database which one it is
 * @param tables its marker tables, by number
 */
record Ready(Dialect dialect, DatabaseId database, List<Dialect.Table> tables) {}
