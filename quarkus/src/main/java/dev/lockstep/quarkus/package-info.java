/** A shop in Quarkus, as docs/quarkus.md describes it, with traps that halt it. */
@NullMarked
package dev.lockstep.quarkus;

import org.jspecify.annotations.NullMarked;
