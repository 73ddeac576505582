package dev.lockstep.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class CodecTest {

  @Test
  void ordersSurviveTheTrip() {
    OrderCodec codec = new OrderCodec();
    Order order = new Order(17, "Ångström; Söhne\n& Co", 1999);

    assertThat(codec.decode(codec.encode(order), Headers.empty())).isEqualTo(order);
  }

  @Test
  void invoicesSurviveTheTrip() {
    InvoiceCodec codec = new InvoiceCodec();
    Invoice invoice = new Invoice(17, -5);

    assertThat(codec.decode(codec.encode(invoice), Headers.empty())).isEqualTo(invoice);
  }
}
