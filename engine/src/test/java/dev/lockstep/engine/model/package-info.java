/**
 * The engine beside a plain model of it: both are told the same, and must always say the same.
 *
 * <p>An operation is one small class; it knows the API, the SPI and the model, and nothing of how
 * the engine works.
 */
@NullMarked
package dev.lockstep.engine.model;

import org.jspecify.annotations.NullMarked;
