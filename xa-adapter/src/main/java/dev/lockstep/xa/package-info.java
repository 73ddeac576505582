/**
 * XA and Jakarta Transactions over the SPI: an {@link javax.transaction.xa.XAResource} for each
 * branch, and the binding that enlists it in the thread's transaction.
 *
 * <p>It knows no engine class and no particular transaction manager; what only Narayana needs is in
 * {@code dev.lockstep.xa.narayana}.
 */
@NullMarked
package dev.lockstep.xa;

import org.jspecify.annotations.NullMarked;
