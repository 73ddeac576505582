/** The shop of the resource adapter's client, with traps in it. */
@NullMarked
package dev.lockstep.wildfly.crashrar;

import org.jspecify.annotations.NullMarked;
