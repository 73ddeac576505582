/** The command {@code ./bench}: the suites, and what is said of the machine they run on. */
@NullMarked
package dev.lockstep.benchmarks;

import org.jspecify.annotations.NullMarked;
