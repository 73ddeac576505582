package dev.lockstep.wildfly;

import dev.lockstep.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.ContainerController;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * What has to be there before Arquillian reads its configuration: PostgreSQL, a server set up as
 * docs/wildfly.md says, and for each container a base directory and free ports.
 */
public final class Servers implements LauncherSessionListener {
  /** The URL of PostgreSQL, in this JVM. */
  static final String DATABASE_URL = "lockstep.test.url";

  private static final System.Logger LOGGER = System.getLogger(Servers.class.getName());
  private static final int HTTP = 8080;
  private static final int MANAGEMENT = 9990;

  private Optional<EmbeddedDatabase> database = Optional.empty();

  /** For JUnit. */
  public Servers() {}

  /** The URL of PostgreSQL. */
  static String databaseUrl() {
    return System.getProperty(DATABASE_URL);
  }

  /** The port of a container's web applications. */
  static int httpPort(String container) {
    return Integer.getInteger("lockstep.wildfly." + container + ".http");
  }

  /** A container's base directory, which holds its configuration, its log and its data. */
  static Path baseDirectory(String container) {
    return Path.of(System.getProperty("lockstep.wildfly.target"), "server-" + container);
  }

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    try {
      EmbeddedDatabase postgres = EmbeddedDatabase.builder().embedded().start();
      database = Optional.of(postgres);
      System.setProperty(DATABASE_URL, postgres.jdbcUrl());
      setUp();
      prepare("main", 0);
      prepare("crash", 1000);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    database.ifPresent(EmbeddedDatabase::close);
  }

  /** Does what docs/wildfly.md says, to a server that nobody has set up yet. */
  private static void setUp() throws IOException {
    Path done = home().resolve("lockstep-set-up");
    if (Files.exists(done)) {
      return;
    }
    Path docs = Path.of("..", "docs");
    Path module = home().resolve(Path.of("modules", "dev", "lockstep", "database", "main"));
    delete(module);
    copy(Path.of(System.getProperty("lockstep.wildfly.target"), "module"), module);
    Files.copy(docs.resolve("wildfly-module.xml"), module.resolve("module.xml"));
    run(docs.resolve("wildfly.cli"));
    run(docs.resolve("wildfly-database.cli"));
    Files.createFile(done);
  }

  /** Runs a script of WildFly's command line on the server, which does not run. */
  private static void run(Path script) throws IOException {
    Path home = home();
    Path output = home.resolve(script.getFileName() + ".txt");
    ProcessBuilder command =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-jar",
                home.resolve("jboss-modules.jar").toString(),
                "-mp",
                home.resolve("modules").toString(),
                "org.jboss.as.cli",
                "--file=" + script)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    command.environment().put("JBOSS_HOME", home.toString());
    Process cli = command.start();
    try {
      if (!cli.waitFor(2, TimeUnit.MINUTES) || cli.exitValue() != 0) {
        cli.destroyForcibly();
        throw new IllegalStateException(script + " failed:\n" + Files.readString(output));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Makes a container's base directory as it was before the first start. */
  static void prepareAnew(String container) throws IOException {
    Path base = baseDirectory(container);
    delete(base);
    copy(home().resolve("standalone"), base);
  }

  /** Has a container, which does not run, start without what was deployed in it. */
  static void forgetDeployments(String container) throws IOException {
    Path configuration = Path.of("configuration", "standalone.xml");
    Files.copy(
        home().resolve("standalone").resolve(configuration),
        baseDirectory(container).resolve(configuration),
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** What a container has logged. */
  static String serverLog(String container) throws IOException {
    return Files.readString(baseDirectory(container).resolve(Path.of("log", "server.log")));
  }

  private static Path home() {
    return Path.of(System.getProperty("lockstep.wildfly.home"));
  }

  /** Waits until a container, which was made to halt, has no process any more. */
  static void awaitHalt(String container, ContainerController controller) throws Exception {
    String base = baseDirectoryArgument(container);
    Optional<ProcessHandle> process =
        ProcessHandle.current()
            .descendants()
            .filter(child -> child.info().commandLine().orElse("").contains(base))
            .findFirst();
    if (process.isPresent()) {
      process.get().onExit().get(2, TimeUnit.MINUTES);
    }
    try {
      controller.kill(container);
    } catch (Exception e) {
      // Arquillian may not have noticed that the process is gone, and want to stop it.
      LOGGER.log(System.Logger.Level.DEBUG, "killed after its end", e);
    }
  }

  /** What starts a container under a name among the nodes of its transactions, and later ones. */
  static Map<String, String> named(String container, String node) {
    String arguments = System.getProperty("lockstep.wildfly." + container + ".arguments");
    return Map.of("javaVmArguments", arguments.replace("&amp;", "&") + " -Dlockstep.node=" + node);
  }

  private static String baseDirectoryArgument(String container) {
    return "-Djboss.server.base.dir=" + baseDirectory(container);
  }

  private static void prepare(String container, int shift) throws IOException {
    int offset = freeOffset(shift);
    prepareAnew(container);
    String prefix = "lockstep.wildfly." + container + ".";
    System.setProperty(prefix + "http", String.valueOf(HTTP + offset));
    System.setProperty(prefix + "management", String.valueOf(MANAGEMENT + offset));
    System.setProperty(
        prefix + "arguments",
        String.join(
            " ",
            List.of(
                "-Xmx512m",
                // These servers are started often, and do little.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                // What only caches hold is gone with the next collection: it is no leak.
                "-XX:SoftRefLRUPolicyMSPerMB=0",
                baseDirectoryArgument(container),
                "-Djboss.socket.binding.port-offset=" + offset,
                // Arquillian writes it into XML.
                "-Dshop.database=" + databaseUrl().replace("&", "&amp;"),
                "-Dshop.user=postgres",
                // Of one name, each would roll back what the other has prepared in the database.
                "-Dlockstep.node=" + container,
                "-Dlockstep.topics=orders,invoices,poison",
                // A pass every second instead of every two minutes, with one second in it.
                "-DRecoveryEnvironmentBean.periodicRecoveryPeriod=1",
                "-DRecoveryEnvironmentBean.recoveryBackoffPeriod=1",
                // What is undecided is rolled back two seconds after it is first seen, and not 20.
                "-DJTAEnvironmentBean.orphanSafetyInterval=2000")));
  }

  private static int freeOffset(int shift) {
    return IntStream.iterate(100 + shift, offset -> offset + 10)
        .limit(90)
        .filter(offset -> isFree(HTTP + offset) && isFree(MANAGEMENT + offset))
        .findFirst()
        .orElseThrow();
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) files.sorted((a, b) -> b.compareTo(a))::iterator) {
        Files.delete(file);
      }
    }
  }
}
