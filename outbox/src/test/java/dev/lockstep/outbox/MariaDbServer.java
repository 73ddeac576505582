package dev.lockstep.outbox;

import dev.lockstep.testkit.LossyProxy;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A MariaDB of the machine's own, on a directory and a port of its own, as a child of this process.
 * It is the {@code mariadbd} that the system property {@code lockstep.mariadbd} names, or one that
 * is found; Debian's package {@code mariadb-server-core} is enough.
 */
public final class MariaDbServer implements TestDatabase {
  private static final String BINARY = "lockstep.mariadbd";
  private static final Duration START_LIMIT = Duration.ofMinutes(1);

  /** The pipe from this process ends with it, however that ends. */
  private static final String WATCHDOG =
      "trap '' INT TERM HUP; read -r _; kill -KILL \"$0\" 2>/dev/null; while kill -0 \"$0\""
          + " 2>/dev/null; do sleep 0.1; done; rm -rf \"$1\"";

  private final Path binary;
  private final Path directory;
  private final int port;
  private final List<String> settings;
  private Process server;
  private Process watchdog;

  private MariaDbServer(Path binary, List<String> settings) throws IOException, SQLException {
    this.binary = binary;
    this.settings = settings;
    this.directory = Files.createTempDirectory("lockstep-mariadb");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = free.getLocalPort();
    }
    Files.createDirectory(directory.resolve("data"));
    initialise();
    startProcess();
    awaitReady();
    Shop.execute(url(""), "create database shop");
  }

  /**
   * Starts it, with settings of its own. Where there is none, the tests are skipped, and say why.
   */
  public static MariaDbServer start(String... settings) {
    Optional<Path> binary = find();
    if (binary.isEmpty()) {
      String reason =
          "skipped, since there is no mariadbd on the PATH or in /usr/sbin: install Debian's"
              + " package mariadb-server-core, or say where it is with -D"
              + BINARY
              + "=/path/to/mariadbd";
      System.out.println("[mariadb] tests are " + reason);
      Assumptions.abort(reason);
    }
    try {
      return new MariaDbServer(binary.orElseThrow(), List.of(settings));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Optional<Path> find() {
    String named = System.getProperty(BINARY, "");
    if (!named.isEmpty()) {
      return Optional.of(Path.of(named));
    }
    String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
    return Arrays.stream(path.split(File.pathSeparator))
        .map(folder -> Path.of(folder, "mariadbd"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private List<String> command(String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                binary.toString(),
                "--no-defaults",
                "--datadir=" + directory.resolve("data"),
                "--lc-messages-dir=" + share(),
                "--innodb-log-file-size=16M",
                "--innodb-buffer-pool-size=64M"));
    if (System.getProperty("user.name").equals("root")) {
      command.add("--user=root");
    }
    command.addAll(List.of(more));
    return command;
  }

  private Path share() {
    Path prefix = binary.toAbsolutePath().getParent().getParent();
    return Stream.of("share/mysql", "share/mariadb")
        .map(prefix::resolve)
        .filter(folder -> Files.exists(folder.resolve("mysql_system_tables.sql")))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no system tables beside " + binary));
  }

  private void initialise() throws IOException {
    StringBuilder sql = new StringBuilder("create database mysql;\nuse mysql;\n");
    for (String script : List.of("mysql_system_tables.sql", "mysql_system_tables_data.sql")) {
      sql.append(Files.readString(share().resolve(script)));
    }
    Path input = Files.writeString(directory.resolve("init.sql"), sql);
    Process bootstrap =
        new ProcessBuilder(command("--bootstrap"))
            .redirectInput(input.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("init.log").toFile())
            .start();
    if (await(bootstrap) != 0) {
      throw new IllegalStateException(Files.readString(directory.resolve("init.log")));
    }
  }

  private static int await(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void startProcess() throws IOException {
    List<String> command =
        command(
            "--port=" + port,
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--socket=" + directory.resolve("socket"),
            "--pid-file=" + directory.resolve("pid"));
    command.addAll(settings);
    server =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolve("server.log").toFile()))
            .start();
    watchdog =
        new ProcessBuilder("sh", "-c", WATCHDOG, Long.toString(server.pid()), directory.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
  }

  private void awaitReady() throws IOException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!answers()) {
      if (!server.isAlive() || System.nanoTime() - deadline > 0) {
        throw new IllegalStateException(
            StandardCharsets.UTF_8
                .decode(
                    java.nio.ByteBuffer.wrap(Files.readAllBytes(directory.resolve("server.log"))))
                .toString());
      }
      await(50);
    }
  }

  private void await(long milliseconds) {
    try {
      var unused = server.waitFor(milliseconds, java.util.concurrent.TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean answers() {
    try (Connection connection = DriverManager.getConnection(url(""))) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false;
    }
  }

  private String url(String schema) {
    return "jdbc:mariadb://127.0.0.1:" + port + "/" + schema + "?user=root&password=";
  }

  @Override
  public String jdbcUrl() {
    return url("shop");
  }

  @Override
  public LossyProxy proxy() {
    return LossyProxy.before(jdbcUrl());
  }

  @Override
  public String marker() {
    return "', 'C')";
  }

  @Override
  public String tombstone() {
    return "', 'R')";
  }

  @Override
  public String either() {
    return "(id, kind) VALUES (_binary";
  }

  @Override
  public void kill() {
    server.destroyForcibly();
    await(server);
    // Its watchdog would delete the data as soon as it is told.
    watchdog.destroyForcibly();
    await(watchdog);
  }

  @Override
  public void restart() {
    try {
      startProcess();
      awaitReady();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void terminateSessions() throws SQLException {
    for (String id :
        Shop.query(
            jdbcUrl(),
            "select id from information_schema.processlist where id <> connection_id() and user ="
                + " 'root'")) {
      try (Connection connection = DriverManager.getConnection(jdbcUrl());
          Statement statement = connection.createStatement()) {
        statement.execute("kill connection " + id);
      } catch (SQLException e) {
        if (e.getErrorCode() != 1094) { // it has ended itself
          throw e;
        }
      }
    }
  }

  @Override
  public void close() {
    kill();
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
