package dev.lockstep.datasource;

import java.io.PrintWriter;
import java.io.Writer;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Logger;
import javax.sql.XAConnection;
import javax.sql.XADataSource;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** A driver whose resources fail as the test says, one script for each connection. */
final class ScriptedXADataSource implements XADataSource {
  private final Deque<Script> scripts = new ArrayDeque<>();

  /** What one connection's resource does, and what it was asked to do. */
  static final class Script implements XAResource {
    private final Map<String, Throwable> failures = new HashMap<>();
    private final List<String> calls = new ArrayList<>();
    private final List<Xid> prepared = new ArrayList<>();

    Script failing(String step, Throwable failure) {
      failures.put(step, failure);
      return this;
    }

    Script listing(Xid xid) {
      prepared.add(xid);
      return this;
    }

    List<String> calls() {
      return calls;
    }

    private void call(String step) throws XAException {
      calls.add(step);
      Throwable failure = failures.get(step);
      if (failure instanceof XAException xa) {
        throw xa;
      }
      if (failure instanceof RuntimeException runtime) {
        throw runtime;
      }
      if (failure instanceof Error error) {
        throw error;
      }
    }

    @Override
    public void start(Xid xid, int flags) throws XAException {
      call("start");
    }

    @Override
    public void end(Xid xid, int flags) throws XAException {
      call("end");
    }

    @Override
    public int prepare(Xid xid) throws XAException {
      call("prepare");
      return XA_OK;
    }

    @Override
    public void commit(Xid xid, boolean onePhase) throws XAException {
      call("commit");
    }

    @Override
    public void rollback(Xid xid) throws XAException {
      call("rollback");
    }

    @Override
    public void forget(Xid xid) throws XAException {
      call("forget");
    }

    @Override
    public Xid[] recover(int flag) throws XAException {
      call("recover");
      return prepared.toArray(Xid[]::new);
    }

    @Override
    public boolean isSameRM(XAResource other) {
      return other == this;
    }

    @Override
    public int getTransactionTimeout() {
      return 0;
    }

    @Override
    public boolean setTransactionTimeout(int seconds) {
      return false;
    }
  }

  /** The script of the connection that is opened next. */
  Script next() {
    Script script = new Script();
    scripts.add(script);
    return script;
  }

  /** As if the database were gone, once all scripts are used. */
  @Override
  public XAConnection getXAConnection() throws SQLException {
    if (scripts.isEmpty()) {
      throw new SQLException("connection refused", "08001");
    }
    Script script = scripts.remove();
    return (XAConnection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {XAConnection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("getXAResource")) {
                return script;
              }
              script.calls.add(method.getName());
              return null;
            });
  }

  @Override
  public XAConnection getXAConnection(String user, String password) throws SQLException {
    return getXAConnection();
  }

  @Override
  public PrintWriter getLogWriter() {
    return new PrintWriter(Writer.nullWriter());
  }

  @Override
  public void setLogWriter(PrintWriter out) {}

  @Override
  public void setLoginTimeout(int seconds) {}

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException();
  }
}
