/**
 * Narayana in Java SE: a transaction manager with its store, its recovery, and Lockstep's logs and
 * the application's databases registered there.
 *
 * <p>It knows no engine class and no database API; a database comes as a {@link
 * dev.lockstep.xa.narayana.RecoverableResource}.
 */
@NullMarked
package dev.lockstep.xa.narayana;

import org.jspecify.annotations.NullMarked;
