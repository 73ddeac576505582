/**
 * The rules of the house that hold in every module; each module's own rules stand in its
 * `HouseTest`.
 */
@NullMarked
package dev.lockstep.house;

import org.jspecify.annotations.NullMarked;
