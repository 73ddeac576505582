/** The tests of the words of databases. */
@NullMarked
package dev.lockstep.outbox.dialect;

import org.jspecify.annotations.NullMarked;
