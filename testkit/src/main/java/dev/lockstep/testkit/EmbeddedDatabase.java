package dev.lockstep.testkit;

import dev.lockstep.InvalidConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A real PostgreSQL for tests, with forced writes on: {@code fsync} and {@code synchronous_commit}
 * as in production, so that what survives a kill here survives it there.
 *
 * <p>By default it runs the binaries from the class path (Linux and macOS, amd64 and arm64; as root
 * too) as a child of this process, on a free port of the loopback interface, and ends with it: by
 * {@link #close()}, by a shutdown hook, or, if this process is killed, by a watchdog of its own. If
 * the environment variable {@code LOCKSTEP_PG_URL} holds the JDBC URL of a PostgreSQL of one's own
 * (with {@code user} and {@code password}), that one is used instead; it can then not be killed.
 *
 * <p>Thread-safe.
 */
public final class EmbeddedDatabase implements AutoCloseable {
  /** The environment variable with the JDBC URL of a PostgreSQL of one's own. */
  public static final String URL_VARIABLE = "LOCKSTEP_PG_URL";

  static final String USER = "postgres";
  private static final String CANNOT_CONNECT_NOW = "57P03";
  private static final String CONNECTION_CLASS = "08";

  private final String jdbcUrl;
  private final Optional<PostgresServer> server;
  private final Thread shutdownHook;

  private EmbeddedDatabase(String jdbcUrl, Optional<PostgresServer> server) {
    this.jdbcUrl = jdbcUrl;
    this.server = server;
    this.shutdownHook = new Thread(this::stopServer, "lockstep-embedded-database-stop");
  }

  /**
   * A builder with the defaults: a temporary data directory, 64 prepared transactions.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /** What kind of PostgreSQL to start. Not thread-safe. */
  public static final class Builder {
    private Optional<Path> dataDirectory = Optional.empty();
    private Optional<String> ownUrl =
        Optional.ofNullable(System.getenv(URL_VARIABLE)).filter(url -> !url.isBlank());
    private int maxPreparedTransactions = 64;
    private final List<String> moreSettings = new ArrayList<>();

    private Builder() {}

    /**
     * Where the data is kept, across restarts of the server and of this process. Default: a
     * temporary directory that is deleted at the end.
     *
     * @param directory the directory; created if absent
     * @return this
     */
    public Builder dataDirectory(Path directory) {
      this.dataDirectory = Optional.of(directory);
      return this;
    }

    /**
     * The server's {@code max_prepared_transactions}; of one's own PostgreSQL, the least that will
     * do. Default: 64.
     *
     * @param n the number, from 0
     * @return this
     */
    public Builder maxPreparedTransactions(int n) {
      this.maxPreparedTransactions = n;
      return this;
    }

    /**
     * Another setting of the embedded server, instead of its safe default.
     *
     * @param name the setting's name, as in {@code postgresql.conf}
     * @param value its value
     * @return this
     */
    public Builder setting(String name, String value) {
      this.moreSettings.add(name + "=" + value);
      return this;
    }

    /**
     * Uses a PostgreSQL of one's own. Default: what {@code LOCKSTEP_PG_URL} says, if it is set.
     *
     * @param jdbcUrl its URL, with user and password
     * @return this
     */
    public Builder own(String jdbcUrl) {
      this.ownUrl = Optional.of(jdbcUrl);
      return this;
    }

    /**
     * Uses the embedded one even if {@code LOCKSTEP_PG_URL} is set, for tests that kill it.
     *
     * @return this
     */
    public Builder embedded() {
      this.ownUrl = Optional.empty();
      return this;
    }

    /**
     * Starts PostgreSQL and waits until it answers.
     *
     * @return the running database
     * @throws InvalidConfigException if it does not start, or one's own is unreachable or allows
     *     too few prepared transactions
     */
    public EmbeddedDatabase start() {
      return ownUrl.isPresent()
          ? useOwn(ownUrl.get(), maxPreparedTransactions)
          : startEmbedded(serverToStart());
    }

    private PostgresServer serverToStart() {
      List<String> settings = new ArrayList<>();
      settings.add("fsync=on");
      settings.add("synchronous_commit=on");
      settings.add("max_connections=100");
      settings.add("max_prepared_transactions=" + maxPreparedTransactions);
      settings.addAll(moreSettings); // the last one of a name counts
      if (dataDirectory.isPresent()) {
        return new PostgresServer(dataDirectory.get(), PostgresServer.Retention.KEEP, settings);
      }
      try {
        return new PostgresServer(
            Files.createTempDirectory("lockstep-data"), PostgresServer.Retention.DELETE, settings);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot create a temporary directory for PostgreSQL", e);
      }
    }
  }

  private static EmbeddedDatabase startEmbedded(PostgresServer server) {
    String url =
        "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres?user=" + USER + "&password=-";
    EmbeddedDatabase database = new EmbeddedDatabase(url, Optional.of(server));
    Runtime.getRuntime().addShutdownHook(database.shutdownHook);
    try {
      database.startServer(server);
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
    return database;
  }

  private static EmbeddedDatabase useOwn(String url, int neededPreparedTransactions) {
    EmbeddedDatabase database = new EmbeddedDatabase(url, Optional.empty());
    String where = "PostgreSQL at " + withoutParameters(url) + " (" + URL_VARIABLE + ")";
    try {
      String setting = "SELECT current_setting('max_prepared_transactions')";
      int allowed = Integer.parseInt(database.query(setting).get(0));
      if (allowed < neededPreparedTransactions) {
        String remedy = "max_prepared_transactions = " + neededPreparedTransactions;
        throw new InvalidConfigException(
            where
                + " has max_prepared_transactions = "
                + allowed
                + ", which is too few; set "
                + remedy
                + " in postgresql.conf and restart it");
      }
      return database;
    } catch (SQLException e) {
      throw new InvalidConfigException(
          where
              + " cannot be used: "
              + e.getMessage()
              + "; start it, or correct the URL, or unset "
              + URL_VARIABLE
              + " to use the embedded one",
          e);
    }
  }

  /** The parameters may hold a password. */
  private static String withoutParameters(String url) {
    int parameters = url.indexOf('?');
    return parameters < 0 ? url : url.substring(0, parameters);
  }

  /**
   * The JDBC URL, user and password included. It stays the same across restarts.
   *
   * @return the URL
   */
  public String jdbcUrl() {
    return jdbcUrl;
  }

  /**
   * Ends every other connection to this database, as an administrator or a failover would, and
   * waits until they are gone.
   *
   * @return how many were ended
   * @throws SQLException if the database does not answer
   */
  public int terminateBackends() throws SQLException {
    return Integer.parseInt(
        query(
                "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 10000))"
                    + " FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND backend_type = 'client backend' AND pid <> pg_backend_pid()")
            .get(0));
  }

  /**
   * The branches that are prepared and undecided in this database.
   *
   * @return their global transaction identifiers, sorted
   * @throws SQLException if the database does not answer
   */
  public List<String> preparedTransactions() throws SQLException {
    return query(
        "SELECT gid FROM pg_prepared_xacts WHERE database = current_database() ORDER BY gid");
  }

  /**
   * Kills the server (SIGKILL) and waits until it and its children are gone. Nothing is flushed or
   * told to the clients; {@link #restart()} recovers from that.
   *
   * @throws UnsupportedOperationException for a PostgreSQL of one's own
   */
  public synchronized void killPostmaster() {
    embeddedServer("killed").kill();
  }

  /**
   * Starts the server again, on the same data and the same port, and waits until crash recovery is
   * over and it answers. A server that still runs is stopped first.
   *
   * @throws UnsupportedOperationException for a PostgreSQL of one's own
   */
  public synchronized void restart() {
    PostgresServer embedded = embeddedServer("restarted");
    embedded.shutDown();
    startServer(embedded);
  }

  private PostgresServer embeddedServer(String what) {
    return server.orElseThrow(
        () ->
            new UnsupportedOperationException(
                "the PostgreSQL at "
                    + withoutParameters(jdbcUrl)
                    + " is not ours to be "
                    + what
                    + "; unset "
                    + URL_VARIABLE
                    + " to use the embedded one"));
  }

  private void startServer(PostgresServer embedded) {
    embedded.start();
    embedded.awaitReady(this::answers);
  }

  private boolean answers() {
    try {
      return !query("SELECT 1").isEmpty();
    } catch (SQLException e) {
      String state = String.valueOf(e.getSQLState());
      if (state.equals(CANNOT_CONNECT_NOW) || state.startsWith(CONNECTION_CLASS)) {
        return false;
      }
      throw new InvalidConfigException(
          "PostgreSQL at " + withoutParameters(jdbcUrl) + " refuses: " + e.getMessage(), e);
    }
  }

  private List<String> query(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(jdbcUrl);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    }
  }

  private synchronized void stopServer() {
    server.ifPresent(PostgresServer::discard);
  }

  /** Stops the server, if it is ours, and deletes its data unless it was to be kept. */
  @Override
  public void close() {
    stopServer();
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      // The process is ending: the hook runs, finds the server stopped, and does nothing.
      return;
    }
  }
}
