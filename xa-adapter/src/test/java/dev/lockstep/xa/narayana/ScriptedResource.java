package dev.lockstep.xa.narayana;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** A second resource that does as it is told, and remembers what it prepared. */
final class ScriptedResource implements XAResource {
  /** What happens inside a call. */
  @FunctionalInterface
  interface Script {
    void run() throws XAException;
  }

  private final String name;
  private final Map<String, Script> scripts = new LinkedHashMap<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final List<Xid> prepared = new CopyOnWriteArrayList<>();
  private final List<Xid> undone = new CopyOnWriteArrayList<>();

  ScriptedResource(String name) {
    this.name = name;
  }

  ScriptedResource on(String call, Script script) {
    scripts.put(call, script);
    return this;
  }

  ScriptedResource failing(String call, int code) {
    return on(
        call,
        () -> {
          throw new XAException(code);
        });
  }

  void heal() {
    scripts.clear();
  }

  List<String> calls() {
    return new ArrayList<>(calls);
  }

  List<Xid> prepared() {
    return List.copyOf(prepared);
  }

  /** The prepared branches that were rolled back. */
  List<Xid> undone() {
    return List.copyOf(undone);
  }

  private void called(String call) throws XAException {
    calls.add(call);
    Optional<Script> script = Optional.ofNullable(scripts.get(call));
    if (script.isPresent()) {
      script.get().run();
    }
  }

  @Override
  public void start(Xid xid, int flags) throws XAException {
    called("start");
  }

  @Override
  public void end(Xid xid, int flags) throws XAException {
    called("end");
  }

  @Override
  public int prepare(Xid xid) throws XAException {
    called("prepare");
    prepared.add(xid);
    return XA_OK;
  }

  @Override
  public void commit(Xid xid, boolean onePhase) throws XAException {
    called(onePhase ? "commit-one-phase" : "commit");
    prepared.remove(xid);
  }

  @Override
  public void rollback(Xid xid) throws XAException {
    called("rollback");
    if (prepared.remove(xid)) {
      undone.add(xid);
    }
  }

  @Override
  public void forget(Xid xid) throws XAException {
    called("forget");
  }

  @Override
  public Xid[] recover(int flags) throws XAException {
    called("recover");
    return (flags & TMSTARTRSCAN) == 0 ? new Xid[0] : prepared.toArray(Xid[]::new);
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

  @Override
  public String toString() {
    return name;
  }
}
