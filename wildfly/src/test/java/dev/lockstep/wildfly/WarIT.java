package dev.lockstep.wildfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.wildfly.war.Caller;
import dev.lockstep.wildfly.war.Log;
import dev.lockstep.wildfly.war.Shop;
import jakarta.inject.Inject;
import java.util.UUID;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rows and messages of a web application in the server's transactions. */
@ExtendWith(ArquillianExtension.class)
@Timeout(60)
class WarIT {
  @Inject Shop shop;
  @Inject Caller caller;
  @Inject Log log;

  @Deployment
  static WebArchive application() {
    return Archives.war("shop.war")
        .addPackage(Shop.class.getPackage())
        .addAsLibraries(Archives.testLibraries());
  }

  @BeforeEach
  void open() throws Exception {
    shop.open();
    shop.take("audit");
  }

  @Test
  void rowAndMessageCommitTogether() throws Exception {
    String customer = "Ada " + UUID.randomUUID();
    shop.place(customer);
    assertThat(shop.rows()).contains(customer);
    assertThat(shop.take("audit")).containsExactly(customer);
  }

  @Test
  void rowAndMessageRollBackTogether() throws Exception {
    String customer = "Grace " + UUID.randomUUID();
    assertThatThrownBy(() -> shop.placeAndFail(customer)).hasMessageContaining("refused");
    assertThat(shop.rows()).doesNotContain(customer);
    assertThat(shop.take("audit")).isEmpty();
  }

  @Test
  void aTransactionOfItsOwnCommitsThoughTheCallersRollsBack() throws Exception {
    String own = "own " + UUID.randomUUID();
    String callers = "callers " + UUID.randomUUID();
    assertThatThrownBy(() -> caller.placeBothAndFail(callers, own)).hasMessageContaining("refused");
    assertThat(shop.rows()).contains(own).doesNotContain(callers);
    assertThat(shop.take("audit")).containsExactly(own);
  }

  @Test
  void whatARolledBackTransactionTookComesAgain() throws Exception {
    String customer = "Barbara " + UUID.randomUUID();
    shop.place(customer);
    assertThatThrownBy(() -> caller.takeAndFail("audit")).hasMessageContaining(customer);
    assertThat(shop.take("audit")).containsExactly(customer);
  }

  @Test
  void theServersRegistryIsBroughtByTheActivatorInTheLibrary() {
    assertThat(log.binding()).endsWith("recovered through the server's recovery registry");
  }

  @Test
  void aLocalDataSourceBesideTheLogIsRefused() throws Exception {
    assertThatThrownBy(() -> caller.placeBesideALocalDataSource("Mary"))
        .isInstanceOf(Exception.class);
    assertThat(shop.take("audit")).isEmpty();
    assertThat(caller.findings()).anyMatch(finding -> finding.contains("LSTP-0524"));
  }

  @Test
  void outsideATransactionASendIsRefused() {
    assertThatThrownBy(() -> caller.sendOutside("nobody"))
        .hasMessageContaining("LSTP-0107")
        .hasMessageContaining("@Transactional");
  }
}
