/** Tests of what the connection pool and the half messages share. */
@NullMarked
package dev.lockstep.jdbc;

import org.jspecify.annotations.NullMarked;
