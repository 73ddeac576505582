/**
 * The command {@code lockstep}: looks into the directory of a log that nobody has open.
 *
 * <p>It knows how things are shown, as tables and as JSON. What there is to show, {@link
 * dev.lockstep.engine.inspect} finds.
 */
@NullMarked
package dev.lockstep.cli;

import org.jspecify.annotations.NullMarked;
