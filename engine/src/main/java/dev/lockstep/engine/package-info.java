/** The log: wires the rooms of the engine together behind the SPI. */
@NullMarked
package dev.lockstep.engine;

import org.jspecify.annotations.NullMarked;
