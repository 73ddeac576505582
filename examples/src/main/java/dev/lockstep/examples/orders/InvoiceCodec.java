package dev.lockstep.examples.orders;

import dev.lockstep.Codec;
import dev.lockstep.Headers;
import java.nio.charset.StandardCharsets;

/** Invoices as text: {@code orderId;cents}. */
public final class InvoiceCodec implements Codec<Invoice> {
  @Override
  public String contentType() {
    return "text/plain; charset=utf-8";
  }

  @Override
  public byte[] encode(Invoice invoice) {
    return (invoice.orderId() + ";" + invoice.cents()).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Invoice decode(byte[] bytes, Headers headers) {
    String[] fields = new String(bytes, StandardCharsets.UTF_8).split(";", 2);
    return new Invoice(Long.parseLong(fields[0]), Long.parseLong(fields[1]));
  }
}
