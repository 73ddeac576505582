/** Damaged bytes of every kind: the log refuses them by name, or shows only what is sound. */
@NullMarked
package dev.lockstep.engine.fuzz;

import org.jspecify.annotations.NullMarked;
