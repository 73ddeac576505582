/** The suite {@code schedules}: what happens at a time, beside the timers of the peers. */
@NullMarked
package dev.lockstep.benchmarks.schedules;

import org.jspecify.annotations.NullMarked;
