package dev.lockstep.rar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Backoff;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.Listener;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.LockstepListener;
import dev.lockstep.Message;
import dev.lockstep.Ordering;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ListenerMethodTest {
  private Lockstep lockstep;

  @BeforeEach
  void open(@TempDir Path directory) {
    lockstep = Lockstep.open(LockstepConfig.builder().dataDir(directory).build());
    lockstep.topics().create(TopicConfig.of("orders"));
  }

  @AfterEach
  void close() {
    lockstep.close();
  }

  /** All that can be said. */
  public static class Complete implements LockstepListener {
    @Listener(
        topic = "orders",
        group = "billing",
        concurrency = 3,
        attempts = 7,
        backoff = @Backoff(initial = "5ms", multiplier = 3, max = "1h", jitter = 0),
        ordering = Ordering.PARTITION,
        deadLetterTopic = "dead",
        noRetry = IllegalArgumentException.class,
        startFrom = StartFrom.LATEST)
    public void bill(Message<String> order) {}

    public void notAListener(int number) {}
  }

  /** As little as possible. */
  public static class Simple implements LockstepListener {
    @Listener(topic = "orders", group = "billing")
    public void bill(byte[] order) {}
  }

  /** Nothing to feed. */
  public static class Silent implements LockstepListener {
    public void bill(String order) {}
  }

  /** Wrong in every way. */
  public static class Wrong implements LockstepListener {
    @Listener(
        topic = "unknown",
        group = "billing",
        concurrency = 0,
        attempts = 0,
        backoff = @Backoff(initial = "soon", multiplier = 0.5, jitter = 2))
    public int bill(Message<? extends String> order) {
      return order.partition();
    }

    @Listener(topic = "orders", group = "billing")
    public void two(String one, String other) {}
  }

  private List<ListenerMethod> methodsOf(Class<?> bean, boolean transacted) {
    MessageEndpointFactory factory =
        (MessageEndpointFactory)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {MessageEndpointFactory.class},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "getEndpointClass" -> bean;
                      case "isDeliveryTransacted" -> transacted;
                      default -> throw new UnsupportedOperationException(method.getName());
                    });
    return ListenerMethod.of(factory, lockstep);
  }

  @Test
  void readsEveryAttribute() {
    assertThat(methodsOf(Complete.class, true)).hasSize(1);
    ListenerMethod listener = methodsOf(Complete.class, true).get(0);
    assertThat(listener.takes()).isEqualTo(ListenerMethod.Takes.MESSAGE);
    assertThat(listener.subscription().topic()).isEqualTo("orders");
    assertThat(listener.subscription().group()).isEqualTo("billing");
    assertThat(listener.subscription().ordering()).isEqualTo(Ordering.PARTITION);
    assertThat(listener.subscription().startFrom()).isEqualTo(StartFrom.LATEST);
    assertThat(listener.concurrency()).isEqualTo(3);
    assertThat(listener.deadLetterTopic()).isEqualTo("dead");
    assertThat(listener.retries())
        .isEqualTo(
            new Retries(
                7,
                Durations.parse("5ms"),
                3,
                Durations.parse("1h"),
                0,
                List.of(IllegalArgumentException.class)));
  }

  @Test
  void hasDefaults() {
    ListenerMethod listener = methodsOf(Simple.class, true).get(0);
    assertThat(listener.takes()).isEqualTo(ListenerMethod.Takes.PAYLOAD);
    assertThat(listener.subscription().ordering()).isEqualTo(Ordering.KEY);
    assertThat(listener.deadLetterTopic()).isEqualTo("orders.billing.dlt");
    assertThat(listener.retries().attempts()).isEqualTo(5);
  }

  @Test
  void aBeanWithoutListenersIsRefused() {
    assertThatThrownBy(() -> methodsOf(Silent.class, true))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("Silent")
        .hasMessageContaining("@Listener");
  }

  @Test
  void aListenerOutsideTransactionsIsRefused() {
    assertThatThrownBy(() -> methodsOf(Simple.class, false))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("Simple.bill")
        .hasMessageContaining("NOT_SUPPORTED");
  }

  @Test
  void allProblemsAreToldAtOnce() {
    assertThatThrownBy(() -> methodsOf(Wrong.class, true))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("Wrong.bill")
        .hasMessageContaining("void")
        .hasMessageContaining("'unknown'")
        .hasMessageContaining("concurrency is 0")
        .hasMessageContaining("attempts is 0")
        .hasMessageContaining("'soon'")
        .hasMessageContaining("multiplier is 0.5")
        .hasMessageContaining("jitter is 2.0")
        .hasMessageContaining("Wrong.two")
        .hasMessageContaining("one parameter");
  }
}
