/**
 * What integrations implement or drive: transaction bindings, codecs, listeners, and the
 * transactional log itself, seen as branches.
 *
 * <p>It knows no transaction API and no database API: a binding translates between those and the
 * {@link dev.lockstep.spi.Branch} of a {@link dev.lockstep.spi.TransactionalLog}.
 */
@NullMarked
package dev.lockstep.spi;

import org.jspecify.annotations.NullMarked;
