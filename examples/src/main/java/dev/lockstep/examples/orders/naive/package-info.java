/**
 * The control group: the same order service as many write it, "commit, then send". It shows what
 * Lockstep is for; nothing here is to be imitated.
 */
@NullMarked
package dev.lockstep.examples.orders.naive;

import org.jspecify.annotations.NullMarked;
