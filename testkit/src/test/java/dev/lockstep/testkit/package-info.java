/** Tests of the testkit: what it reports must be true before others rely on it. */
@NullMarked
package dev.lockstep.testkit;

import org.jspecify.annotations.NullMarked;
