/**
 * The words of the databases, and what their failures mean: for markers, tombstones, and the tables
 * that these are in. Internal to Lockstep: its types are public for the packages above it alone, no
 * API, and they change without notice.
 *
 * <p>It sees connections, tables and keys. It knows no log, no half message, and not why something
 * is asked.
 */
@NullMarked
package dev.lockstep.outbox.dialect;

import org.jspecify.annotations.NullMarked;
