/** Tests of the benchmarks: that they run, and that they stay in their rooms. */
@NullMarked
package dev.lockstep.benchmarks;

import org.jspecify.annotations.NullMarked;
