package dev.lockstep.examples.orders;

/**
 * The invoice for an order.
 *
 * @param orderId the order
 * @param cents the sum
 */
public record Invoice(long orderId, long cents) {}
