package dev.lockstep.wildfly.rar;

import dev.lockstep.Consumer;
import dev.lockstep.Lockstep;
import dev.lockstep.Message;
import dev.lockstep.Reader;
import dev.lockstep.ReaderConfig;
import dev.lockstep.Transactions;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Takes orders: a row and a message each, in one transaction. */
@ApplicationScoped
public class Shop {
  @Resource(lookup = "java:/Lockstep")
  private Lockstep lockstep;

  @Inject private Tables tables;

  /** Takes an order. */
  @Transactional
  public void place(String customer) throws SQLException {
    tables.insert("orders", customer);
    lockstep.producer("orders", Order.class).send(customer, Order.of(customer));
  }

  /** Takes an order, and then fails. */
  @Transactional
  public void placeAndFail(String customer) throws SQLException {
    place(customer);
    throw new IllegalStateException("the payment of " + customer + " is refused");
  }

  /** Sends text to a topic. */
  @Transactional
  public void send(String topic, String key, String text) {
    lockstep.producer(topic, String.class).send(key, text);
  }

  /** The customers of all orders that were sent. */
  public List<String> messages() {
    try (Reader<Order> reader = lockstep.reader(ReaderConfig.of("orders", Order.class))) {
      List<String> found = new ArrayList<>();
      List<Message<Order>> more = reader.poll(Duration.ofMillis(200));
      while (!more.isEmpty()) {
        more.forEach(message -> found.add(message.payload().getCustomer()));
        more = reader.poll(Duration.ofMillis(200));
      }
      return found;
    }
  }

  /** What the log holds for an outcome that it does not know. */
  public List<String> inDoubt() {
    return lockstep.transactions().inDoubt().stream()
        .map(Transactions.InDoubt::transactionId)
        .toList();
  }

  /** What the group takes from a topic of text, in the transaction of this call. */
  @Transactional
  public List<Message<String>> take(String group, String topic) {
    try (Consumer<String> consumer = lockstep.consumer(group, topic, String.class)) {
      return consumer.poll(Duration.ofSeconds(1));
    }
  }
}
