/** The first program, which README.md shows. */
@NullMarked
package dev.lockstep.examples.firstuse;

import org.jspecify.annotations.NullMarked;
