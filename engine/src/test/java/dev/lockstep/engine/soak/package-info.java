/** A mixed load over minutes, with little memory and little disk. */
@NullMarked
package dev.lockstep.engine.soak;

import org.jspecify.annotations.NullMarked;
