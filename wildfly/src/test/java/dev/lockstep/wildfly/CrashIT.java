package dev.lockstep.wildfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.wildfly.crash.Traps;
import dev.lockstep.wildfly.crashwar.Desk;
import dev.lockstep.wildfly.war.Shop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
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
 * A server that is halted in the middle of a transaction of a web application, and started again.
 */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Timeout(400)
class CrashIT {
  private static final int NODES = 10;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @ArquillianResource ContainerController server;
  @ArquillianResource Deployer deployer;

  private final Http activated = Http.of("crash", "crash-shop");
  private final Http plain = Http.of("crash", "crash-plain-shop");

  @Deployment(name = "crash-shop", managed = false, testable = false)
  @TargetsContainer("crash")
  static WebArchive application() {
    return Archives.war("crash-shop.war")
        .addPackage(Shop.class.getPackage())
        .addPackage(Traps.class.getPackage())
        .addPackage(Desk.class.getPackage());
  }

  @Deployment(name = "crash-plain-shop", managed = false, testable = false)
  @TargetsContainer("crash")
  static WebArchive applicationWithoutActivator() {
    return Archives.warWithoutActivator("crash-plain-shop.war")
        .addPackage(Shop.class.getPackage())
        .addPackage(Traps.class.getPackage())
        .addPackage(Desk.class.getPackage());
  }

  @BeforeEach
  void start() throws Exception {
    Servers.prepareAnew("crash");
    server.start("crash", Servers.named("crash", "crash"));
  }

  @AfterEach
  void stop() {
    if (server.isStarted("crash")) {
      server.stop("crash");
    }
  }

  @Test
  void whatIsDecidedIsCommitted() throws Exception {
    deploy("crash-shop", activated);
    for (String path : new String[] {"/halt-before-commits", "/halt-between-commits"}) {
      String customer = path + " " + UUID.randomUUID();
      halt(activated, path, customer);
      assertThat(Prepared.inDatabase()).isNotEmpty();
      server.start("crash");
      assertConsistent(activated, customer, 1);
    }
  }

  @Test
  void whatIsUndecidedIsRolledBackByItsOwnNodeOnly() throws Exception {
    String customer = "undecided " + UUID.randomUUID();
    deploy("crash-shop", activated);
    halt(activated, "/halt-before-decision", customer);
    List<String> undecided = Prepared.inDatabase();
    assertThat(undecided).hasSize(1);
    List<String> foreign = new ArrayList<>(leaveOfTenNodes("before " + customer));

    // A server of another name is started, and while it recovers the others leave some more.
    server.start("crash", Servers.named("crash", "another"));
    awaitAnswers(activated);
    foreign.addAll(leaveOfTenNodes("meanwhile " + customer));
    Prepared.leave("another", "orphan of " + customer);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertPrepared(concat(undecided, foreign))); // but for its own
    for (int pass = 0; pass < 3; pass++) {
      activated.get("/recover");
    }
    assertPrepared(concat(undecided, foreign));
    assertThat(activated.get("/in-doubt")).hasSize(1);

    server.stop("crash");
    server.start("crash", Servers.named("crash", "crash"));
    assertConsistent(activated, customer, 0, foreign);

    // They are as their nodes left them.
    for (String gid : foreign) {
      Prepared.commit(gid);
    }
    List<String> rows = activated.get("/rows");
    assertThat(rows.stream().filter(row -> row.startsWith("node-"))).hasSize(2 * NODES);
    assertThat(rows).doesNotContain("orphan of " + customer);
  }

  /** Ten nodes that are none of these leave a branch each in the database. */
  private static List<String> leaveOfTenNodes(String customer) throws Exception {
    List<String> gids = new ArrayList<>();
    for (int node = 1; node <= NODES; node++) {
      gids.add(Prepared.leave("node-" + node, "node-" + node + " " + customer));
    }
    return gids;
  }

  private static List<String> concat(List<String> some, List<String> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }

  private static void assertPrepared(List<String> expected) throws Exception {
    assertThat(Prepared.inDatabase()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void anApplicationThatIsDeployedLateIsRecoveredEitherWay() throws Exception {
    deploy("crash-shop", activated);
    haltAndDeployLate(activated, "crash-plain-shop", plain);
    assertThat(plain.get("/binding")).first().asString().contains("Narayana's recovery module");
    haltAndDeployLate(plain, "crash-shop", activated);
    assertThat(activated.get("/binding")).first().asString().contains("the server's recovery");
  }

  private void haltAndDeployLate(Http halting, String name, Http desk) throws Exception {
    String customer = "late " + UUID.randomUUID();
    halt(halting, "/halt-before-commits", customer);
    assertThat(Prepared.inDatabase()).isNotEmpty();
    Servers.forgetDeployments("crash");
    server.start("crash");
    // The first passes find a decision, and nobody who lists its branches.
    await().atMost(PATIENCE).until(() -> Servers.serverLog("crash").contains("ARJUNA016037"));
    deploy(name, desk);
    assertConsistent(desk, customer, 1);
  }

  private void deploy(String name, Http desk) throws Exception {
    deployer.deploy(name);
    desk.get("/open");
  }

  private void halt(Http desk, String path, String customer) throws Exception {
    desk.get("/place", "before " + customer);
    assertThatThrownBy(() -> desk.get(path, customer)).isInstanceOf(IOException.class);
    Servers.awaitHalt("crash", server);
  }

  private void awaitAnswers(Http desk) {
    await().atMost(PATIENCE).ignoreExceptions().until(() -> !desk.get("/binding").isEmpty());
  }

  private void assertConsistent(Http desk, String customer, int expected) throws Exception {
    assertConsistent(desk, customer, expected, List.of());
  }

  private void assertConsistent(Http desk, String customer, int expected, List<String> foreign)
      throws Exception {
    awaitAnswers(desk);
    await().atMost(PATIENCE).untilAsserted(() -> assertPrepared(foreign));
    await().atMost(PATIENCE).until(() -> desk.get("/in-doubt").isEmpty());
    assertThat(desk.get("/rows").stream().filter(customer::equals)).hasSize(expected);
    assertThat(desk.get("/messages").stream().filter(customer::equals)).hasSize(expected);
    // And it goes on.
    String next = "after " + customer;
    desk.get("/place", next);
    assertThat(desk.get("/rows")).contains(next);
    assertThat(desk.get("/messages")).contains(next);
  }
}
