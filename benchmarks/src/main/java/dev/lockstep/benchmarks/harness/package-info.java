/**
 * How things are measured here: alternated rounds, their medians, ratios with goals, the report.
 * Knows nothing of what is measured.
 */
@NullMarked
package dev.lockstep.benchmarks.harness;

import org.jspecify.annotations.NullMarked;
