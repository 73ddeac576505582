/**
 * The order service: rows, messages and acknowledgements that commit together.
 *
 * <p>This is the code that a user of Lockstep writes: a service with a DataSource, producers and
 * consumers. It knows nothing of kills, recovery or the demo around it.
 */
@NullMarked
package dev.lockstep.examples.orders;

import org.jspecify.annotations.NullMarked;
