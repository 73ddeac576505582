package dev.lockstep.datasource;

import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Participant.Prepared;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The prepared transactions of a PostgreSQL database, and who waits for them. */
public final class PreparedTransactions {
  /** A prepared transaction holds its locks without a process; waiters of rows wait for its id. */
  private static final String QUERY =
      """
      SELECT p.gid, p.prepared, w.pid, a.usename, a.application_name
      FROM pg_prepared_xacts p
      LEFT JOIN pg_locks w ON NOT w.granted AND (
        w.transactionid = p.transaction
        OR EXISTS (
          SELECT 1 FROM pg_locks h
          WHERE h.granted AND h.pid IS NULL
            AND h.virtualtransaction IN (
              SELECT own.virtualtransaction FROM pg_locks own
              WHERE own.transactionid = p.transaction AND own.granted)
            AND h.locktype = w.locktype
            AND h.locktype <> 'transactionid'
            AND (h.database, h.relation, h.page, h.tuple, h.classid, h.objid, h.objsubid)
              IS NOT DISTINCT FROM
              (w.database, w.relation, w.page, w.tuple, w.classid, w.objid, w.objsubid)))
      LEFT JOIN pg_stat_activity a ON a.pid = w.pid
      WHERE p.database = current_database()
      ORDER BY p.prepared, p.gid, w.pid
      """;

  private PreparedTransactions() {}

  /**
   * Lists them.
   *
   * @param connection a connection to the database
   * @return the branches that PostgreSQL's driver has prepared, of whatever transaction manager,
   *     oldest first
   * @throws SQLException if PostgreSQL does not answer
   */
  public static List<Prepared> in(Connection connection) throws SQLException {
    Map<String, Prepared> found = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(QUERY)) {
      while (rows.next()) {
        String gid = rows.getString("gid");
        Optional<BranchId> id = branch(gid);
        if (id.isPresent()) {
          Instant since = rows.getObject("prepared", OffsetDateTime.class).toInstant();
          Prepared before = found.getOrDefault(gid, new Prepared(id.get(), gid, since, List.of()));
          List<String> blocked = new ArrayList<>(before.blocked());
          waiter(rows).ifPresent(blocked::add);
          found.put(gid, new Prepared(id.get(), gid, since, blocked));
        }
      }
    }
    return List.copyOf(found.values());
  }

  private static Optional<String> waiter(ResultSet rows) throws SQLException {
    int pid = rows.getInt("pid");
    if (rows.wasNull()) {
      return Optional.empty();
    }
    return Optional.of(
        "backend "
            + pid
            + " of user "
            + rows.getString("usename")
            + ", application '"
            + rows.getString("application_name")
            + "'");
  }

  /** The driver writes format id, global id and qualifier, the latter two in Base64. */
  private static Optional<BranchId> branch(String gid) {
    String[] parts = gid.split("_", -1);
    if (parts.length != 3) {
      return Optional.empty();
    }
    try {
      Base64.Decoder base64 = Base64.getDecoder();
      return Optional.of(
          BranchId.of(
              Integer.parseInt(parts[0]), base64.decode(parts[1]), base64.decode(parts[2])));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // somebody else's, who names his in another way
    }
  }
}
