/** Tests of the pool and the guard, with a real PostgreSQL and a real transaction manager. */
@NullMarked
package dev.lockstep.datasource;

import org.jspecify.annotations.NullMarked;
