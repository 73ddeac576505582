/**
 * Consumer groups: acknowledged offsets, the fences that undecided transactions hold on them, and
 * the members with their partitions and positions.
 *
 * <p>It knows which offsets may be acknowledged by whom. It does not know what else a branch does.
 */
@NullMarked
package dev.lockstep.engine.group;

import org.jspecify.annotations.NullMarked;
