/** The suite {@code engine}: the log without JTA, through the API and the SPI, beside its peers. */
@NullMarked
package dev.lockstep.benchmarks.engine;

import org.jspecify.annotations.NullMarked;
