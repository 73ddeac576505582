/**
 * The whole system under test: log, transaction manager, pool and a real PostgreSQL, in processes
 * that are killed. What a part promises by itself is tested beside that part.
 */
@NullMarked
package dev.lockstep.system;

import org.jspecify.annotations.NullMarked;
