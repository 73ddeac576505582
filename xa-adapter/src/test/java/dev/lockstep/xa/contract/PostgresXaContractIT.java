package dev.lockstep.xa.contract;

import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.testkit.EmbeddedDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.postgresql.xa.PGXADataSource;

/** The resource of PostgreSQL's driver, and where it departs from the specification. */
class PostgresXaContractIT extends XaContract {
  @Override
  protected ResourceUnderTest open(Path directory) throws SQLException {
    return new Postgres();
  }

  private static final Set<State> OF_THE_CONNECTION =
      Set.of(State.ACTIVE, State.IDLE, State.ROLLBACK_ONLY);
  private static final Set<State> NOT_ITS_OWN =
      Set.of(State.UNKNOWN, State.PREPARED, State.COMMITTED, State.ROLLED_BACK);

  /**
   * No suspension, no timeouts; and what is decided in SQL leaves no trace, so nothing heuristic.
   */
  @Override
  protected Set<State> unreachable() {
    return EnumSet.of(
        State.SUSPENDED,
        State.HEURISTIC_COMMIT,
        State.HEURISTIC_ROLLBACK,
        State.LATE,
        State.LATE_IDLE);
  }

  @Override
  protected List<Departure> departures() {
    return List.of(
        // What the driver does not do. It says so, with a code that tells nothing of the branch.
        Departure.of(
            EnumSet.of(Call.RESUME),
            EnumSet.of(
                State.UNKNOWN,
                State.IDLE,
                State.ROLLBACK_ONLY,
                State.PREPARED,
                State.COMMITTED,
                State.ROLLED_BACK),
            "RMERR",
            "there is no suspension"),
        by(Caller.OTHER, Call.RESUME, EnumSet.of(State.ACTIVE), "RMERR", "nor for others"),
        by(
            Caller.WORKER,
            Call.END_SUSPEND,
            EnumSet.of(State.ACTIVE),
            "RMERR",
            "there is no suspension"),
        Departure.of(
            EnumSet.of(Call.JOIN),
            NOT_ITS_OWN,
            "RMERR",
            "a connection joins only what it has ended itself, whoever else knows it"),
        by(Caller.OTHER, Call.JOIN, OF_THE_CONNECTION, "RMERR", "nobody else joins at all"),
        by(
            Caller.WORKER,
            Call.START,
            EnumSet.of(State.IDLE, State.ROLLBACK_ONLY),
            "RMERR",
            "a connection has one branch until that is prepared or completed, so this is not even"
                + " compared"),
        // A branch is known to its connection alone until it is prepared, and nobody looks then
        // who else has it. A manager must use an xid once, and the connection that it began with.
        by(
            Caller.OTHER,
            Call.START,
            OF_THE_CONNECTION,
            "TWIN",
            "a second branch of the same xid begins"),
        Departure.of(
            EnumSet.of(Call.START),
            EnumSet.of(State.PREPARED),
            "TWIN",
            "a second branch of the same xid begins beside the prepared one; it cannot be prepared"),
        new Departure(
            EnumSet.of(Call.PREPARE, Call.COMMIT, Call.ROLLBACK),
            EnumSet.of(Caller.OTHER),
            OF_THE_CONNECTION,
            "NOTA",
            "not known here; the server rolls it back with its connection only"),
        by(
            Caller.OTHER,
            Call.PREPARE,
            EnumSet.of(State.PREPARED),
            "NOTA",
            "what others prepared is not looked up"),
        Departure.of(
            EnumSet.of(Call.COMMIT_ONE_PHASE),
            EnumSet.of(State.UNKNOWN),
            "RMERR",
            "instead of XAER_NOTA; Narayana takes it for a rollback, which here it is"),
        by(
            Caller.OTHER,
            Call.COMMIT_ONE_PHASE,
            EnumSet.of(
                State.ACTIVE,
                State.IDLE,
                State.ROLLBACK_ONLY,
                State.PREPARED,
                State.COMMITTED,
                State.ROLLED_BACK),
            "RMERR",
            "instead of XAER_NOTA; Narayana takes it for a rollback, whatever has become of it"),
        // Calls in the wrong order.
        by(
            Caller.WORKER,
            Call.PREPARE,
            EnumSet.of(State.ACTIVE),
            "INVAL",
            "refused as it should be, with another code"),
        by(
            Caller.WORKER,
            Call.ROLLBACK,
            EnumSet.of(State.ACTIVE),
            "OK>ROLLED_BACK",
            "a rollback needs no end; harmless, and welcome to a reaper"),
        // TMFAIL condemns nothing: a manager that has ended a branch as failed must roll it back.
        by(
            Caller.WORKER,
            Call.JOIN,
            EnumSet.of(State.ROLLBACK_ONLY),
            "OK>ACTIVE",
            "the work that failed goes on"),
        by(
            Caller.WORKER,
            Call.PREPARE,
            EnumSet.of(State.ROLLBACK_ONLY),
            "OK>PREPARED",
            "the work that failed is prepared"),
        by(
            Caller.WORKER,
            Call.COMMIT_ONE_PHASE,
            EnumSet.of(State.ROLLBACK_ONLY),
            "OK>COMMITTED",
            "the work that failed is committed"));
  }

  private static Departure by(
      Caller caller, Call call, Set<State> states, String answer, String why) {
    return new Departure(EnumSet.of(call), EnumSet.of(caller), states, answer, why);
  }

  /**
   * Beside what the answers above imply: each connection is a resource manager of its own; an empty
   * branch is prepared like any other; timeouts are ignored, negative ones too; recover scans
   * nothing without TMSTARTRSCAN; not every call refuses a missing xid, nor start a bad one; who
   * has prepared a branch is not told that another connection has committed it; and an xid is
   * compared with its own equals, so a manager whose xids have none cannot end what it began.
   */
  @Override
  protected Set<Trait> lacks() {
    return EnumSet.of(
        Trait.VOTES_READ_ONLY,
        Trait.HAS_TIMEOUTS,
        Trait.REFUSES_NEGATIVE_TIMEOUTS,
        Trait.KNOWS_ITS_RESOURCE_MANAGER,
        Trait.SHARES_A_BRANCH,
        Trait.INTERLEAVES_BRANCHES,
        Trait.LEARNS_WHAT_OTHERS_COMPLETED,
        Trait.NEEDS_AN_OPEN_SCAN,
        Trait.REFUSES_A_MISSING_XID,
        Trait.REFUSES_BAD_XIDS,
        Trait.COMPARES_XIDS_BY_THEIR_PARTS);
  }

  private static final class Postgres implements ResourceUnderTest {
    private final EmbeddedDatabase database = EmbeddedDatabase.builder().start();
    private final Connection plain = DriverManager.getConnection(database.jdbcUrl());
    private final Map<XAConnection, Boolean> opened = new ConcurrentHashMap<>();
    private final Map<XAResource, Connection> handles = new ConcurrentHashMap<>();

    Postgres() throws SQLException {
      execute(plain, "DROP TABLE IF EXISTS xa_contract");
      execute(plain, "CREATE TABLE xa_contract (id int)");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
      }
    }

    private PGXADataSource source() {
      PGXADataSource source = new PGXADataSource();
      source.setUrl(database.jdbcUrl());
      return source;
    }

    private XAResource open(PGXADataSource source) throws SQLException {
      XAConnection connection = source.getXAConnection();
      opened.put(connection, true);
      XAResource resource = connection.getXAResource();
      handles.put(resource, connection.getConnection());
      return resource;
    }

    @Override
    public XAResource connect() throws SQLException {
      return open(source());
    }

    @Override
    public XAResource recovery() throws SQLException {
      return open(source());
    }

    @Override
    public XAResource stranger() throws SQLException {
      PGXADataSource source = source();
      source.setDatabaseName("template1");
      return open(source);
    }

    @Override
    public void work(XAResource resource) throws SQLException {
      execute(handles.get(resource), "INSERT INTO xa_contract VALUES (1)");
    }

    @Override
    public long committed() throws SQLException {
      try (Statement statement = plain.createStatement();
          ResultSet rows = statement.executeQuery("SELECT count(*) FROM xa_contract")) {
        rows.next();
        return rows.getLong(1);
      }
    }

    @Override
    public void decideByHand(Xid xid, Outcome outcome) {
      throw new UnsupportedOperationException("who does it in SQL leaves no trace of it");
    }

    @Override
    public void outlast(XAResource resource) {
      throw new UnsupportedOperationException("it has no timeouts");
    }

    @Override
    public void disconnect() throws SQLException {
      handles.clear();
      for (XAConnection connection : opened.keySet()) {
        connection.close();
      }
      opened.clear();
      for (String left : database.preparedTransactions()) {
        execute(plain, "ROLLBACK PREPARED '" + left + "'");
      }
    }

    @Override
    public void close() throws SQLException {
      plain.close();
      database.close();
    }
  }
}
