/**
 * What happens at a time: the timing wheel, which says what is due.
 *
 * <p>It knows numbers and times, and neither what they stand for nor what the time is: whoever asks
 * says so. So it looks at no clock, and its tests wait for nothing.
 */
@NullMarked
package dev.lockstep.engine.delay;

import org.jspecify.annotations.NullMarked;
