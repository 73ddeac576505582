package dev.lockstep.testkit;

import dev.lockstep.InvalidConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * One PostgreSQL on one data directory and one port: a postmaster that is a child of this process,
 * and a watchdog, a shell that stops it when this process dies without doing so.
 */
final class PostgresServer {
  /** What happens to the data directory at the end. */
  enum Retention {
    KEEP,
    DELETE
  }

  private static final String LOG_FILE = "server.log";
  private static final Duration START_LIMIT = Duration.ofMinutes(1);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  /** For a server whose owner was killed, and which its watchdog is about to stop. */
  private static final Duration HOLDER_LIMIT = Duration.ofSeconds(5);

  private static final Duration PAUSE = Duration.ofMillis(20);

  /** Below the ports of outgoing connections, which could else take it during a restart. */
  private static final int FIRST_PORT = 20_000;

  private static final int PORTS = 12_000;

  /**
   * The pipe from this process ends when it dies, however it dies. The first argument is the
   * postmaster, the second the directory to delete, or empty.
   */
  private static final String WATCHDOG =
      "trap '' INT TERM HUP; read -r _; kill -QUIT \"$0\" 2>/dev/null;"
          + " while kill -0 \"$0\" 2>/dev/null; do sleep 0.1; done;"
          + " if [ -n \"$1\" ]; then rm -rf \"$1\"; fi";

  private final Path binaries = PostgresBinaries.unpacked();
  private final Path data;
  private final Retention retention;
  private final List<String> settings;
  private final ServerAccount account;
  private final int port;
  private Optional<Process> postmaster = Optional.empty();
  private Optional<Process> watchdog = Optional.empty();

  PostgresServer(Path data, Retention retention, List<String> settings) {
    this.data = data.toAbsolutePath();
    this.retention = retention;
    this.settings = List.copyOf(settings);
    try {
      Files.createDirectories(this.data);
      Files.setPosixFilePermissions(this.data, PosixFilePermissions.fromString("rwx------"));
      this.account = ServerAccount.forOwnerOf(this.data);
      this.port = freePort();
    } catch (IOException e) {
      throw new InvalidConfigException(
          "cannot use " + data + " as PostgreSQL's data directory (" + e + "); choose another", e);
    }
  }

  private static int freePort() throws IOException {
    // Not the same for processes, or threads of one, that look at the same time.
    long seed = ProcessHandle.current().pid() * 31 + System.nanoTime();
    int start = new SplittableRandom(seed).nextInt(PORTS);
    for (int i = 0; i < PORTS; i++) {
      int candidate = FIRST_PORT + (start + i) % PORTS;
      try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        if (i == PORTS - 1) {
          throw e;
        }
      }
    }
    throw new IOException("no free port");
  }

  int port() {
    return port;
  }

  /** Starts the postmaster; it may still be recovering when this returns. */
  void start() {
    try {
      initialise();
      removeStalePidFile();
      List<String> command =
          account.command(
              binaries.resolve("bin/postgres").toString(),
              "-D",
              data.toString(),
              "-p",
              Integer.toString(port),
              "-c",
              "listen_addresses=127.0.0.1",
              "-c",
              "unix_socket_directories=");
      for (String setting : settings) {
        command.add("-c");
        command.add(setting);
      }
      Process started =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(data.resolve(LOG_FILE).toFile()))
              .start();
      postmaster = Optional.of(started);
      watchdog = Optional.of(watch(started));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start PostgreSQL in " + data, e);
    }
  }

  private void initialise() throws IOException {
    if (Files.exists(data.resolve("PG_VERSION"))) {
      return;
    }
    account.own(data);
    Commands.Result result =
        Commands.run(
            account.command(
                binaries.resolve("bin/initdb").toString(),
                "-D",
                data.toString(),
                "--username=" + EmbeddedDatabase.USER,
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "--no-instructions"));
    if (!result.succeeded()) {
      throw new InvalidConfigException(
          "initdb failed in "
              + data
              + " with: "
              + result.output()
              + "; remove the cause, or set "
              + EmbeddedDatabase.URL_VARIABLE
              + " to the JDBC URL of a PostgreSQL of your own");
    }
  }

  /** After a kill the file remains, and its number may by now be that of another process. */
  private void removeStalePidFile() throws IOException {
    Path file = data.resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return;
    }
    List<String> lines = Files.readAllLines(file);
    Optional<ProcessHandle> holder =
        ProcessHandle.of(Long.parseLong(lines.get(0).strip())).filter(PostgresServer::isPostgres);
    if (holder.isPresent() && !Processes.awaitGone(List.of(holder.get()), HOLDER_LIMIT)) {
      throw new InvalidConfigException(
          "the data directory "
              + data
              + " is in use by the PostgreSQL process "
              + holder.get().pid()
              + "; stop it, or choose another directory");
    }
    Files.deleteIfExists(file);
  }

  private static boolean isPostgres(ProcessHandle process) {
    return process.info().command().map(command -> command.endsWith("postgres")).orElse(false);
  }

  private Process watch(Process server) throws IOException {
    return new ProcessBuilder(
            "sh",
            "-c",
            WATCHDOG,
            Long.toString(server.pid()),
            retention == Retention.DELETE ? data.toString() : "")
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** What to do once to find out whether the server answers. */
  interface Probe {
    boolean answers();
  }

  /** Waits until the server answers, that is, until crash recovery is over. */
  void awaitReady(Probe probe) {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!probe.answers()) {
      if (Processes.ended(postmaster.orElseThrow(), PAUSE)) {
        throw notStarted("ended");
      }
      if (System.nanoTime() > deadline) {
        throw notStarted("did not answer within " + START_LIMIT.toSeconds() + " s");
      }
    }
  }

  private InvalidConfigException notStarted(String what) {
    String log;
    try {
      List<String> lines = Files.readAllLines(data.resolve(LOG_FILE));
      log = String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    } catch (IOException e) {
      log = e.toString();
    }
    return new InvalidConfigException(
        "PostgreSQL in "
            + data
            + " "
            + what
            + "; its log ends with: "
            + log
            + ". Remove the cause, or set "
            + EmbeddedDatabase.URL_VARIABLE
            + " to the JDBC URL of a PostgreSQL of your own");
  }

  /** Ends the postmaster without a chance to clean up, and with it all of its children. */
  void kill() {
    postmaster.ifPresent(
        server -> {
          // Halted first: a child that it starts behind our back would outlive it, and work on
          // while the next server recovers the same files.
          Commands.signal("STOP", server.pid());
          List<ProcessHandle> family = new ArrayList<>(server.descendants().toList());
          server.destroyForcibly();
          family.forEach(ProcessHandle::destroyForcibly);
          family.add(server.toHandle());
          if (!Processes.awaitGone(family, STOP_LIMIT)) {
            throw new IllegalStateException("killed PostgreSQL processes remain: " + family);
          }
        });
    dismissWatchdog();
  }

  /** Ends the server in order, and keeps its data; a server that is gone already stays so. */
  void shutDown() {
    // "Fast" writes a checkpoint, which data that is to be deleted does not need.
    end(retention == Retention.KEEP ? "INT" : "QUIT");
  }

  private void end(String signal) {
    postmaster
        .filter(Process::isAlive)
        .ifPresent(
            server -> {
              Commands.signal(signal, server.pid());
              if (!Processes.ended(server, STOP_LIMIT)) {
                kill();
              }
            });
    dismissWatchdog();
  }

  /** Ends the server for good. */
  void discard() {
    shutDown();
    if (retention == Retention.DELETE) {
      try {
        PostgresBinaries.deleteTree(data);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot delete " + data, e);
      }
    }
  }

  private void dismissWatchdog() {
    watchdog.ifPresent(Process::destroyForcibly);
    watchdog = Optional.empty();
  }
}
