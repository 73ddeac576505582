package dev.lockstep;

/**
 * Marks a message-driven bean whose methods with {@link Listener} receive messages. It has no
 * methods of its own: those of the bean take what type they like.
 *
 * <pre>{@code
 * @MessageDriven
 * public class Billing implements LockstepListener {
 *   @Listener(topic = "orders", group = "billing")
 *   public void bill(Message<Order> order) {
 *     ...
 *   }
 * }
 * }</pre>
 */
public interface LockstepListener {}
