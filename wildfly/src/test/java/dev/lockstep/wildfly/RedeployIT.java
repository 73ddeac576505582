package dev.lockstep.wildfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.wildfly.crash.Traps;
import dev.lockstep.wildfly.probe.Probe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jboss.arquillian.container.test.api.Deployer;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.ResourceAdapterArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Redeployments leave no thread, no management bean, no lock and no class loader. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Timeout(600)
class RedeployIT {
  private static final int WARM_UP = 2;
  private static final int TIMES = Integer.getInteger("lockstep.redeployments", 8);

  /** The server's own caches hold a loader or two of what was deployed last. */
  private static final long OF_THE_SERVER = 2;

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @ArquillianResource Deployer deployer;

  private final Http probe = Http.of("main", "probe");

  @Deployment(name = "probe", testable = false)
  static WebArchive probe() {
    return Archives.server("probe.war").addPackage(Probe.class.getPackage());
  }

  @Deployment(name = "redeployed-war", managed = false, testable = false)
  static WebArchive war() {
    return Archives.war("redeployed-war.war")
        .addPackage(dev.lockstep.wildfly.war.Shop.class.getPackage())
        .addPackage(Traps.class.getPackage())
        .addPackage(dev.lockstep.wildfly.crashwar.Desk.class.getPackage());
  }

  @Deployment(name = "redeployed-rar", managed = false, testable = false)
  static ResourceAdapterArchive resourceAdapter() {
    return Archives.resourceAdapter();
  }

  @Deployment(name = "redeployed-client", managed = false, testable = false)
  static WebArchive client() {
    return Archives.client("redeployed-client.war", "org.jboss.jts")
        .addPackage(dev.lockstep.wildfly.rar.Shop.class.getPackage())
        .addPackage(Traps.class.getPackage())
        .addPackage(dev.lockstep.wildfly.crashrar.Desk.class.getPackage());
  }

  @Test
  void aWebApplicationLeavesNothing() throws Exception {
    Http desk = Http.of("main", "redeployed-war");
    assertNothingIsLeft(
        "shop",
        () -> {
          deployer.deploy("redeployed-war");
          desk.get("/open");
          desk.get("/place", "Ada");
          deployer.undeploy("redeployed-war");
        });
  }

  @Test
  void aResourceAdapterAndItsClientLeaveNothing() throws Exception {
    assertNothingIsLeft(
        "lockstep",
        () -> {
          deployer.deploy("redeployed-rar");
          useClient();
          deployer.undeploy("redeployed-rar");
        });
  }

  @Test
  void aClientLeavesNothingInTheResourceAdapter() throws Exception {
    deployer.deploy("redeployed-rar");
    useClient(); // some threads start when they are first needed
    List<String> threads = probe.get("/threads");
    assertNoClassLoaderIsLeft(this::useClient);
    assertThat(probe.get("/threads")).isEqualTo(threads);
    deployer.undeploy("redeployed-rar");
  }

  private void useClient() throws Exception {
    Http desk = Http.of("main", "redeployed-client");
    deployer.deploy("redeployed-client");
    desk.get("/open");
    desk.get("/place", "Ada");
    deployer.undeploy("redeployed-client");
  }

  private void assertNothingIsLeft(String directory, Step redeployment) throws Exception {
    assertNoClassLoaderIsLeft(redeployment);
    assertThat(probe.get("/threads")).isEmpty();
    assertThat(probe.get("/beans")).isEmpty();
    Path data = Servers.baseDirectory("main").resolve("data").resolve(directory);
    try (Lockstep free = Lockstep.open(LockstepConfig.builder().dataDir(data).build())) {
      assertThat(free.topics().names()).contains("orders");
      assertThat(free.transactions().inDoubt()).isEmpty();
    }
  }

  private void assertNoClassLoaderIsLeft(Step redeployment) throws Exception {
    repeat(WARM_UP, redeployment);
    long before = classLoaders();
    repeat(TIMES, redeployment);
    // Narayana remembers for some passes what it has seen in the last ones.
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(classLoaders()).isLessThanOrEqualTo(before + OF_THE_SERVER));
  }

  private static void repeat(int times, Step step) throws Exception {
    for (int n = 0; n < times; n++) {
      step.run();
    }
  }

  private long classLoaders() throws IOException {
    return Long.parseLong(probe.get("/class-loaders").get(0));
  }

  private interface Step {
    void run() throws Exception;
  }
}
