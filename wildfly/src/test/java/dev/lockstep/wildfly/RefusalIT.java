package dev.lockstep.wildfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.wildfly.probe.Probe;
import dev.lockstep.wildfly.refused.Lost;
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

/** What can't work is refused at the deployment, with all that is wrong, and harms nobody else. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Timeout(120)
class RefusalIT {
  @ArquillianResource Deployer deployer;

  private final Http probe = Http.of("main", "probe");

  @Deployment(name = "probe", testable = false)
  static WebArchive probe() {
    return Archives.server("probe.war").addPackage(Probe.class.getPackage());
  }

  @Deployment(name = "rar", managed = false, testable = false)
  static ResourceAdapterArchive resourceAdapter() {
    return Archives.resourceAdapter();
  }

  @Deployment(name = "rar-without-directory", managed = false, testable = false)
  static ResourceAdapterArchive resourceAdapterWithoutDirectory() {
    return Archives.resourceAdapterIn("/proc/lockstep", "lockstep-nowhere.rar");
  }

  @Deployment(name = "lost", managed = false, testable = false)
  static WebArchive lost() {
    return Archives.client("lost.war").addPackage(Lost.class.getPackage());
  }

  @Test
  void aResourceAdapterWithoutAUsableDirectoryLeavesTheServersRecoveryAlone() throws Exception {
    assertThatThrownBy(() -> deployer.deploy("rar-without-directory"))
        .hasMessageContaining("/proc/lockstep");
    assertThat(probe.get("/recover")).containsExactly("done");

    deployer.deploy("rar");
    assertThat(probe.get("/recover")).containsExactly("done");
    deployer.undeploy("rar");
    assertThat(probe.get("/recover")).containsExactly("done");
  }

  @Test
  void aListenerThatCannotWorkIsRefused() {
    deployer.deploy("rar");
    assertThatThrownBy(() -> deployer.deploy("lost"))
        .hasMessageContaining("Lost.handle")
        .hasMessageContaining("there is no topic 'nowhere'")
        .hasMessageContaining("NOT_SUPPORTED");
    deployer.undeploy("rar");
  }
}
