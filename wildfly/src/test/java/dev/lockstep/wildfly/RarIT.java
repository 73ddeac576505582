package dev.lockstep.wildfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.DeadLetter;
import dev.lockstep.Message;
import dev.lockstep.wildfly.rar.Journal;
import dev.lockstep.wildfly.rar.Shop;
import dev.lockstep.wildfly.rar.Tables;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.ResourceAdapterArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The resource adapter: the log in JNDI, and message-driven beans. */
@ExtendWith(ArquillianExtension.class)
@Timeout(120)
class RarIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Inject Shop shop;
  @Inject Tables tables;
  @Inject Journal journal;

  @Deployment(name = "rar", order = 1, testable = false)
  static ResourceAdapterArchive resourceAdapter() {
    return Archives.resourceAdapter();
  }

  @Deployment(name = "client", order = 2)
  static WebArchive application() {
    return Archives.client("client.war")
        .addPackage(Shop.class.getPackage())
        .addAsLibraries(Archives.testLibraries());
  }

  @BeforeEach
  void open() throws Exception {
    for (String table : List.of("orders", "invoices", "handled")) {
      tables.create(table);
    }
  }

  @Test
  @OperateOnDeployment("client")
  void anOrderIsBilledOnce() throws Exception {
    String customer = "Ada " + UUID.randomUUID();
    shop.place(customer);
    assertThat(tables.rows("orders")).contains(customer);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(tables.rows("invoices")).containsOnlyOnce(customer));
    assertThat(shop.take("audit", "invoices"))
        .extracting(Message::payload)
        .containsOnlyOnce("invoice of " + customer);
  }

  @Test
  @OperateOnDeployment("client")
  void anOrderThatIsRolledBackIsNotBilled() throws Exception {
    String refused = "Grace " + UUID.randomUUID();
    String next = "Edsger " + UUID.randomUUID();
    assertThatThrownBy(() -> shop.placeAndFail(refused)).hasMessageContaining("refused");
    shop.place(next);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(tables.rows("invoices")).contains(next));
    assertThat(tables.rows("orders")).doesNotContain(refused);
    assertThat(tables.rows("invoices")).doesNotContain(refused);
  }

  @Test
  @OperateOnDeployment("client")
  void whatFailsOnceComesAgain() throws Exception {
    String key = UUID.randomUUID().toString();
    shop.send("poison", key, "once");
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(tables.rows("handled")).containsOnlyOnce(key + " once"));
    assertThat(journal.entries(key)).containsExactly(key + " attempt 1", key + " attempt 2");
  }

  @Test
  @OperateOnDeployment("client")
  void aCheckedExceptionRollsBackToo() throws Exception {
    assertBecomesDeadLetter("checked", 3, "a checked exception");
  }

  @Test
  @OperateOnDeployment("client")
  void whatAlwaysFailsBecomesADeadLetter() throws Exception {
    assertBecomesDeadLetter("unchecked", 3, "an unchecked exception");
  }

  @Test
  @OperateOnDeployment("client")
  void whatIsMarkedRollbackOnlyBecomesADeadLetter() throws Exception {
    assertBecomesDeadLetter("rollback only", 3, "the bean asked for that");
  }

  @Test
  @OperateOnDeployment("client")
  void whatIsHopelessIsTriedOnce() throws Exception {
    assertBecomesDeadLetter("hopeless", 1, "no use to try again");
  }

  private void assertBecomesDeadLetter(String text, int attempts, String reason) throws Exception {
    String key = UUID.randomUUID().toString();
    shop.send("poison", key, text);
    shop.send("poison", key, "next");
    List<Message<String>> dead = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              dead.addAll(shop.take("audit-" + key, "poison.picky.dlt"));
              return dead.stream().anyMatch(m -> m.key().equals(Optional.of(key)));
            });
    Message<String> letter =
        dead.stream().filter(m -> m.key().equals(Optional.of(key))).findFirst().orElseThrow();
    assertThat(letter.payload()).isEqualTo(text);
    assertThat(letter.headers().last(DeadLetter.TOPIC)).contains("poison");
    assertThat(letter.headers().last(DeadLetter.ATTEMPTS)).contains(String.valueOf(attempts));
    assertThat(letter.headers().last(DeadLetter.EXCEPTION).orElseThrow()).contains(reason);
    // The next one of the key has waited, and nothing of the failed attempts is left.
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(tables.rows("handled")).contains(key + " next"));
    assertThat(tables.rows("handled")).doesNotContain(key + " " + text);
    assertThat(journal.entries(key)).hasSize(attempts + 1);
  }
}
