/** The tests of the relay. */
@NullMarked
package dev.lockstep.outbox.relay;

import org.jspecify.annotations.NullMarked;
