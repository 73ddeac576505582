/** The tests of the module. */
@NullMarked
package dev.lockstep.outbox;

import org.jspecify.annotations.NullMarked;
