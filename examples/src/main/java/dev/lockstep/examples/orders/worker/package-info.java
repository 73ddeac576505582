/**
 * The worker: a process that takes orders and bills them, and that somebody kills.
 *
 * <p>It starts what a service needs in the right order, retries what fails, and announce on its
 * standard output how far it is. It knows nothing of who kills it, and when.
 */
@NullMarked
package dev.lockstep.examples.orders.worker;

import org.jspecify.annotations.NullMarked;
