/** The timing wheel, under every clock. */
@NullMarked
package dev.lockstep.engine.delay;

import org.jspecify.annotations.NullMarked;
