/**
 * What a live log shows through JMX: four beans a log, named {@code
 * dev.lockstep:type=Log|Topics|Groups|Transactions,dir="..."}, from its open to its close.
 *
 * <p>It knows the public API and figures that it is given, and nothing of how the engine works.
 */
@NullMarked
package dev.lockstep.engine.jmx;

import org.jspecify.annotations.NullMarked;
