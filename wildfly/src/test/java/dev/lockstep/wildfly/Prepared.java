package dev.lockstep.wildfly;

import com.arjuna.ats.jta.xa.XATxConverter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/** The branches that PostgreSQL holds. */
final class Prepared {
  private static final int UID_BYTES = 28;

  private Prepared() {}

  static List<String> inDatabase() throws SQLException {
    try (Connection connection = DriverManager.getConnection(Servers.databaseUrl());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select gid from pg_prepared_xacts")) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    }
  }

  /**
   * Leaves a branch there that would add an order, as a server of this node would that has died
   * before it decided.
   *
   * @return the branch's name
   */
  static String leave(String node, String customer) throws SQLException {
    byte[] name = node.getBytes(StandardCharsets.UTF_8);
    byte[] transaction = ByteBuffer.allocate(UID_BYTES + name.length).put(uid()).put(name).array();
    byte[] branch = ByteBuffer.allocate(UID_BYTES + 2 * Integer.BYTES).put(uid()).array();
    Base64.Encoder base64 = Base64.getEncoder();
    String gid =
        XATxConverter.FORMAT_ID
            + "_"
            + base64.encodeToString(transaction)
            + "_"
            + base64.encodeToString(branch);
    try (Connection connection = DriverManager.getConnection(Servers.databaseUrl());
        Statement statement = connection.createStatement();
        PreparedStatement insert = connection.prepareStatement("insert into orders values (?)")) {
      connection.setAutoCommit(false);
      insert.setString(1, customer);
      insert.executeUpdate();
      statement.execute("prepare transaction '" + gid + "'");
    }
    return gid;
  }

  /** Narayana's names for a transaction and a branch: an address, a process, a time, a number. */
  private static byte[] uid() {
    UUID drawn = UUID.randomUUID();
    return ByteBuffer.allocate(UID_BYTES)
        .putLong(drawn.getMostSignificantBits())
        .putLong(drawn.getLeastSignificantBits())
        .array();
  }

  static void commit(String gid) throws SQLException {
    try (Connection connection = DriverManager.getConnection(Servers.databaseUrl());
        Statement statement = connection.createStatement()) {
      statement.execute("commit prepared '" + gid + "'");
    }
  }
}
