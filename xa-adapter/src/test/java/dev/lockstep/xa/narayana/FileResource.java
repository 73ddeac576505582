package dev.lockstep.xa.narayana;

import dev.lockstep.testkit.KillPoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * A database whose rows are files, as durable as a killed process needs: one file for each prepared
 * branch, moved when it is committed.
 */
final class FileResource implements XAResource {
  private final Path prepared;
  private final Path committed;
  private KillPoints.Action before = point -> {};
  private KillPoints.Action after = point -> {};

  FileResource(Path directory) throws IOException {
    this.prepared = Files.createDirectories(directory.resolve("prepared"));
    this.committed = Files.createDirectories(directory.resolve("committed"));
  }

  /** What happens before a prepared branch is committed or rolled back. */
  void beforeDecision(KillPoints.Action action) {
    before = action;
  }

  /** What happens after a prepared branch is committed or rolled back. */
  void afterDecision(KillPoints.Action action) {
    after = action;
  }

  /** The names of committed branches. */
  List<String> rows() throws IOException {
    return names(committed);
  }

  /** The names of branches in doubt. */
  List<String> inDoubt() throws IOException {
    return names(prepared);
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private interface FileWork {
    void run() throws IOException;
  }

  private static void work(FileWork work) throws XAException {
    try {
      work.run();
    } catch (IOException e) {
      XAException failure = new XAException(XAException.XAER_RMFAIL);
      failure.initCause(e);
      throw failure;
    }
  }

  private static String name(Xid xid) {
    HexFormat hex = HexFormat.of();
    return xid.getFormatId()
        + "-"
        + hex.formatHex(xid.getGlobalTransactionId())
        + "-"
        + hex.formatHex(xid.getBranchQualifier());
  }

  private static Xid xid(String name) {
    String[] parts = name.split("-", 3);
    HexFormat hex = HexFormat.of();
    return new FileXid(Integer.parseInt(parts[0]), hex.parseHex(parts[1]), hex.parseHex(parts[2]));
  }

  private Path preparedFile(Xid xid) throws XAException {
    Path file = prepared.resolve(name(xid));
    if (Files.notExists(file)) {
      throw new XAException(XAException.XAER_NOTA);
    }
    return file;
  }

  @Override
  public void start(Xid xid, int flags) {}

  @Override
  public void end(Xid xid, int flags) {}

  @Override
  public int prepare(Xid xid) throws XAException {
    work(() -> Files.createFile(prepared.resolve(name(xid))));
    return XA_OK;
  }

  @Override
  public void commit(Xid xid, boolean onePhase) throws XAException {
    if (onePhase) {
      work(() -> Files.createFile(committed.resolve(name(xid))));
    } else {
      before.reached("commit");
      Path file = preparedFile(xid);
      work(() -> Files.move(file, committed.resolve(name(xid)), StandardCopyOption.ATOMIC_MOVE));
      after.reached("commit");
    }
  }

  @Override
  public void rollback(Xid xid) throws XAException {
    before.reached("rollback");
    Path file = preparedFile(xid);
    work(() -> Files.delete(file));
    after.reached("rollback");
  }

  @Override
  public void forget(Xid xid) throws XAException {
    throw new XAException(XAException.XAER_NOTA);
  }

  @Override
  public Xid[] recover(int flags) throws XAException {
    if ((flags & TMSTARTRSCAN) == 0) {
      return new Xid[0];
    }
    try {
      return inDoubt().stream().map(FileResource::xid).toArray(Xid[]::new);
    } catch (IOException e) {
      XAException failure = new XAException(XAException.XAER_RMFAIL);
      failure.initCause(e);
      throw failure;
    }
  }

  @Override
  public boolean isSameRM(XAResource other) {
    return other instanceof FileResource that && prepared.equals(that.prepared);
  }

  @Override
  public int getTransactionTimeout() {
    return 0;
  }

  @Override
  public boolean setTransactionTimeout(int seconds) {
    return false;
  }

  private record FileXid(int formatId, byte[] globalId, byte[] qualifier) implements Xid {
    @Override
    public int getFormatId() {
      return formatId;
    }

    @Override
    public byte[] getGlobalTransactionId() {
      return globalId.clone();
    }

    @Override
    public byte[] getBranchQualifier() {
      return qualifier.clone();
    }
  }
}
