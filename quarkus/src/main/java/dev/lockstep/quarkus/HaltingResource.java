package dev.lockstep.quarkus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * A resource that halts the JVM at its prepare or its commit, as a power cut would. Its prepared
 * branch is a file, so that recovery can finish it after the restart, as any other resource's.
 */
final class HaltingResource implements XAResource {
  /** When to halt. */
  enum At {
    /** Before it is prepared itself: those enlisted before it are, and nothing is decided. */
    PREPARE,
    /** After the decision, before its own commit: those enlisted before it are committed. */
    COMMIT,
    /** Not at all: in recovery. */
    NEVER
  }

  private final At at;
  private final Path file;

  /** A resource that halts at a moment, and keeps its branch in a directory. */
  HaltingResource(At at, Path directory) {
    this.at = at;
    this.file = directory.resolve("halting-resource.xid");
  }

  private void haltAt(At moment) {
    if (at == moment) {
      Runtime.getRuntime().halt(137);
    }
  }

  @Override
  public int prepare(Xid xid) {
    haltAt(At.PREPARE);
    HexFormat hex = HexFormat.of();
    try {
      Files.write(
          file,
          List.of(
              String.valueOf(xid.getFormatId()),
              hex.formatHex(xid.getGlobalTransactionId()),
              hex.formatHex(xid.getBranchQualifier())));
      return XA_OK;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void commit(Xid xid, boolean onePhase) {
    haltAt(At.COMMIT);
    finish();
  }

  @Override
  public void rollback(Xid xid) {
    finish();
  }

  private void finish() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Xid[] recover(int flags) throws XAException {
    if ((flags & TMSTARTRSCAN) == 0 || !Files.exists(file)) {
      return new Xid[0];
    }
    try {
      List<String> lines = Files.readAllLines(file);
      HexFormat hex = HexFormat.of();
      return new Xid[] {
        new Prepared(
            Integer.parseInt(lines.get(0)), hex.parseHex(lines.get(1)), hex.parseHex(lines.get(2)))
      };
    } catch (IOException e) {
      throw new XAException(XAException.XAER_RMFAIL);
    }
  }

  @Override
  public void start(Xid xid, int flags) {}

  @Override
  public void end(Xid xid, int flags) {}

  @Override
  public void forget(Xid xid) {}

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

  private record Prepared(int format, byte[] globalId, byte[] qualifier) implements Xid {
    @Override
    public int getFormatId() {
      return format;
    }

    @Override
    public byte[] getGlobalTransactionId() {
      return globalId;
    }

    @Override
    public byte[] getBranchQualifier() {
      return qualifier;
    }
  }
}
