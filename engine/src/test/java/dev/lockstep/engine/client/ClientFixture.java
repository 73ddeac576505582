package dev.lockstep.engine.client;

import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Message;
import dev.lockstep.OutsideTransaction;
import dev.lockstep.TopicConfig;
import dev.lockstep.spi.Subscription.Delivery;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** A client of a fake log with the topics 'orders' (1 partition) and 'parts' (2 partitions). */
final class ClientFixture {
  static final Duration NOW = Duration.ZERO;
  static final Duration LONG = Duration.ofMinutes(5);

  final FakeLog log = new FakeLog();
  final FakeBinding binding = new FakeBinding();
  final Client client;

  ClientFixture(OutsideTransaction outside) {
    log.create(TopicConfig.of("orders"));
    log.create(TopicConfig.of("parts").partitions(2));
    client = new Client(config(outside).build(), log, log, Clock.systemUTC());
  }

  LockstepConfig.Builder config(OutsideTransaction outside) {
    return LockstepConfig.builder()
        .dataDir(Path.of("data"))
        .outsideTransaction(outside)
        .transactions(binding);
  }

  /** Sends texts to 'orders' in a transaction of their own. */
  void sent(String... payloads) {
    client.inTransaction(
        () -> {
          for (String payload : payloads) {
            client.producer("orders", String.class).send(payload);
          }
          return payloads.length;
        });
    log.commits.clear();
  }

  Consumer<String> billing() {
    return client.consumer(ConsumerConfig.of("billing", "orders", String.class));
  }

  /** The subscription behind the consumer that was opened last. */
  FakeSubscription lastMember() {
    return log.members.get(log.members.size() - 1);
  }

  long acknowledged(String topic, int partition) {
    return log.acknowledged.get(new FakeLog.Place("billing", topic, partition));
  }

  List<String> visibleTexts(String topic) {
    return log.visible(topic).stream().map(ClientFixture::text).toList();
  }

  private static String text(Delivery delivery) {
    return new String(delivery.envelope().payload(), StandardCharsets.UTF_8);
  }

  static <T> List<T> payloads(List<Message<T>> messages) {
    return messages.stream().map(Message::payload).toList();
  }
}
