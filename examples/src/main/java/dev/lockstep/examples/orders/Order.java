package dev.lockstep.examples.orders;

/**
 * An order of a customer.
 *
 * @param id its number, given by whoever places it: placing it again is recognised by that
 * @param customer who ordered
 * @param cents the sum
 */
public record Order(long id, String customer, long cents) {}
