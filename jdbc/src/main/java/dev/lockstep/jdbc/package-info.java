/**
 * What the connection pool and the half messages both need of JDBC. Internal to Lockstep: its types
 * are public for these two modules alone, and change without notice.
 */
@NullMarked
package dev.lockstep.jdbc;

import org.jspecify.annotations.NullMarked;
