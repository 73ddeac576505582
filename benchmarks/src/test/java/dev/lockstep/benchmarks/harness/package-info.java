/** Tests of how things are measured. */
@NullMarked
package dev.lockstep.benchmarks.harness;

import org.jspecify.annotations.NullMarked;
