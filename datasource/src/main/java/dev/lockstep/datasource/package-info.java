/** A connection pool that takes part in JTA transactions. */
@NullMarked
package dev.lockstep.datasource;

import org.jspecify.annotations.NullMarked;
