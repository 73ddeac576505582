/**
 * Recovery where a server owns the transaction manager: WildFly and Quarkus, whose Narayana takes
 * resources through {@code org.jboss.tm.XAResourceRecoveryRegistry}, or through its recovery
 * module.
 *
 * <p>{@link dev.lockstep.xa.jboss.ServerBinding} is the entry. Nothing in Java SE loads this
 * package.
 */
@NullMarked
package dev.lockstep.xa.jboss;

import org.jspecify.annotations.NullMarked;
