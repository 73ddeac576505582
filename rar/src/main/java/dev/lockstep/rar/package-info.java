/**
 * A log as a Jakarta Connectors resource adapter: {@code dev.lockstep.Lockstep} in JNDI, whose
 * calls the container enlists, and message-driven beans with typed methods.
 *
 * <p>It knows no engine class.
 */
@NullMarked
package dev.lockstep.rar;

import org.jspecify.annotations.NullMarked;
