/** Lockstep inside a real WildFly. */
@NullMarked
package dev.lockstep.wildfly;

import org.jspecify.annotations.NullMarked;
