package dev.lockstep.wildfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.wildfly.crash.Traps;
import dev.lockstep.wildfly.crashrar.Desk;
import dev.lockstep.wildfly.rar.Shop;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import org.jboss.arquillian.container.test.api.ContainerController;
import org.jboss.arquillian.container.test.api.Deployer;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.container.test.api.TargetsContainer;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.ResourceAdapterArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The same with the resource adapter: what was sent through it, and what it delivered. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Timeout(400)
class RarCrashIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @ArquillianResource ContainerController server;
  @ArquillianResource Deployer deployer;

  private final Http desk = Http.of("crash", "crash-client");

  @Deployment(name = "crash-rar", managed = false, testable = false)
  @TargetsContainer("crash")
  static ResourceAdapterArchive resourceAdapter() {
    return Archives.resourceAdapter();
  }

  @Deployment(name = "crash-client", managed = false, testable = false)
  @TargetsContainer("crash")
  static WebArchive application() {
    return Archives.client("crash-client.war", "org.jboss.jts")
        .addPackage(Shop.class.getPackage())
        .addPackage(Traps.class.getPackage())
        .addPackage(Desk.class.getPackage());
  }

  @BeforeEach
  void start() throws Exception {
    Servers.prepareAnew("crash");
    server.start("crash");
    deployer.deploy("crash-rar");
    deployer.deploy("crash-client");
    desk.get("/open");
  }

  @AfterEach
  void stop() {
    if (server.isStarted("crash")) {
      server.stop("crash");
    }
  }

  @Test
  void theRestartFinishesWhatWasSentAndWhatWasBeingHandled() throws Exception {
    sendIsHaltedBeforeItsCommits();
    for (String moment : new String[] {"halt before decision", "halt between commits"}) {
      handlingIsHalted(moment);
    }
  }

  private void sendIsHaltedBeforeItsCommits() throws Exception {
    String customer = "out " + UUID.randomUUID();
    desk.get("/place", "before " + customer);
    assertThatThrownBy(() -> desk.get("/halt-before-commits", customer))
        .isInstanceOf(IOException.class);
    restart();
    assertSettled();
    assertThat(desk.get("/orders").stream().filter(customer::equals)).hasSize(1);
    assertThat(desk.get("/messages").stream().filter(customer::equals)).hasSize(1);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(desk.get("/invoices")).containsOnlyOnce(customer));
  }

  private void handlingIsHalted(String moment) throws Exception {
    String text = moment + " " + UUID.randomUUID();
    try {
      desk.get("/send", text);
    } catch (IOException e) {
      // The message may be taken, and halt the server, before this request is answered.
    }
    restart();
    desk.get("/send", "next " + text);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(desk.get("/handled"))
                    .containsOnlyOnce(text)
                    .containsOnlyOnce("next " + text));
    assertSettled();
    assertThat(desk.get("/handled")).containsOnlyOnce(text);
  }

  /** Of a server that has halted, or is about to. */
  private void restart() throws Exception {
    Servers.awaitHalt("crash", server);
    server.start("crash");
    await().atMost(PATIENCE).ignoreExceptions().until(() -> desk.get("/open").contains("done"));
  }

  private void assertSettled() throws Exception {
    await().atMost(PATIENCE).until(() -> Prepared.inDatabase().isEmpty());
    await().atMost(PATIENCE).until(() -> desk.get("/in-doubt").isEmpty());
  }
}
