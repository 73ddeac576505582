/**
 * The demo: a supervisor that runs the order service, kills it, its database's connections and its
 * database, and compares everything at the end.
 *
 * <p>It knows workers only as processes that print lines.
 */
@NullMarked
package dev.lockstep.examples.orders.demo;

import org.jspecify.annotations.NullMarked;
