package dev.lockstep.wildfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.wildfly.half.HalfLog;
import dev.lockstep.wildfly.war.Shop;
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
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A server that is halted around the commit of a local data source, and started again: nothing is
 * registered with its recovery.
 */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Timeout(400)
class HalfMessageCrashIT {
  private static final String NAME = "half-crash-shop";
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @ArquillianResource ContainerController server;
  @ArquillianResource Deployer deployer;

  private final Http desk = Http.of("crash", NAME);

  @Deployment(name = NAME, managed = false, testable = false)
  @TargetsContainer("crash")
  static WebArchive application() {
    return Archives.halfMessageWar(NAME + ".war")
        .addPackage(HalfLog.class.getPackage())
        .addClass(Shop.class);
  }

  @BeforeEach
  void start() throws Exception {
    Servers.prepareAnew("crash");
    server.start("crash", Servers.named("crash", "crash"));
    deployer.deploy(NAME);
    desk.get("/open");
  }

  @AfterEach
  void stop() {
    if (server.isStarted("crash")) {
      server.stop("crash");
    }
  }

  @Test
  void theDatabaseSaysWhatBecameOfAHalfMessage() throws Exception {
    haltAndStart("/halt-with-the-half-message", 0);
    haltAndStart("/halt-after-the-commit", 1);
  }

  private void haltAndStart(String path, int expected) throws Exception {
    String customer = path + " " + UUID.randomUUID();
    desk.get("/place", "before " + customer);
    assertThatThrownBy(() -> desk.get(path, customer)).isInstanceOf(IOException.class);
    Servers.awaitHalt("crash", server);
    server.start("crash");
    await().atMost(PATIENCE).ignoreExceptions().until(() -> desk.get("/in-doubt").isEmpty());
    assertThat(desk.get("/rows").stream().filter(customer::equals)).hasSize(expected);
    assertThat(desk.get("/messages").stream().filter(customer::equals)).hasSize(expected);
    String next = "after " + customer;
    desk.get("/place", next);
    assertThat(desk.get("/rows")).contains(next);
    await().atMost(PATIENCE).until(() -> desk.get("/messages").contains(next));
  }
}
