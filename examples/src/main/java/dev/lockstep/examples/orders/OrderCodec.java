package dev.lockstep.examples.orders;

import dev.lockstep.Codec;
import dev.lockstep.Headers;
import java.nio.charset.StandardCharsets;

/** Orders as text: {@code id;cents;customer}. */
public final class OrderCodec implements Codec<Order> {
  @Override
  public String contentType() {
    return "text/plain; charset=utf-8";
  }

  @Override
  public byte[] encode(Order order) {
    String text = order.id() + ";" + order.cents() + ";" + order.customer();
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Order decode(byte[] bytes, Headers headers) {
    // The customer comes last, so that it may contain the separator.
    String[] fields = new String(bytes, StandardCharsets.UTF_8).split(";", 3);
    return new Order(Long.parseLong(fields[0]), fields[2], Long.parseLong(fields[1]));
  }
}
