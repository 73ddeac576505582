/** The order service: rows, messages and acknowledgements that commit together. */
@NullMarked
package dev.lockstep.examples.orders;

import org.jspecify.annotations.NullMarked;
