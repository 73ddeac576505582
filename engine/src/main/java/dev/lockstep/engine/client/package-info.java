/**
 * What applications hold: producers and consumers over any {@link
 * dev.lockstep.spi.TransactionalLog}, and the transaction that a call of theirs belongs to.
 *
 * <p>It knows the API and the SPI and nothing else: neither files nor frames, nor how a log keeps
 * its topics and groups.
 */
@NullMarked
package dev.lockstep.engine.client;

import org.jspecify.annotations.NullMarked;
