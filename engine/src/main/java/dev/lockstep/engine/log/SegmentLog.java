package dev.lockstep.engine.log;

import dev.lockstep.engine.io.Storage;
import dev.lockstep.spi.Forcing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;

/**
 * The segment log of a directory, open: appends units, reads frames, runs tasks between groups.
 * Thread-safe.
 *
 * <p>Once a force fails, every append throws {@link dev.lockstep.LogFailedException} and every
 * ticket {@link dev.lockstep.OutcomeUnknownException}, until the directory is opened again.
 */
public final class SegmentLog implements AutoCloseable {
  private final LogIdentity identity;
  private final ReplayFrom replayFrom;
  private final OpenedLog opened;
  private final SegmentTable segments;
  private final SpareSegments spares;
  private final LogWriter writer;
  private final Flusher flusher;

  /**
   * What a checkpoint says of the segments.
   *
   * @param position the position of its cut, where the replay begins; 0 if there is none
   * @param watermark its watermark, 0 if there is none
   * @param kept the segments before the cut that hold something alive; all others there are free
   * @param lost the file without which everything is replayed
   */
  public record ReplayFrom(
      long position, long watermark, List<KeptSegment> kept, Optional<String> lost) {
    /** Replay of everything. */
    public static final ReplayFrom START = everything(0, "checkpoint");

    /** Replay of everything, since a file is not there or not whole. */
    public static ReplayFrom everything(long watermark, String lost) {
      return new ReplayFrom(0, watermark, List.of(), Optional.of(lost));
    }

    /** Replay from a checkpoint's cut. */
    public static ReplayFrom cut(long position, long watermark, List<KeptSegment> kept) {
      return new ReplayFrom(position, watermark, kept, Optional.empty());
    }

    public ReplayFrom {
      kept = List.copyOf(kept);
    }

    /** The number of the first segment that is replayed; a cut may be at the end of one. */
    long firstSegment(long segmentSize) {
      return position == 0 ? 0 : (position - 1) / segmentSize;
    }
  }

  private SegmentLog(
      Storage storage,
      LogIdentity identity,
      ReplayFrom replayFrom,
      OpenedLog opened,
      ForcePolicy policy,
      LogEvents events) {
    this.identity = identity;
    this.replayFrom = replayFrom;
    this.opened = opened;
    FrameSeal seal = new FrameSeal(identity.secret().bytes());
    SegmentFiles files = new SegmentFiles(storage, identity);
    this.segments = new SegmentTable(seal, files);
    opened.earlier().forEach(segments::add);
    segments.add(opened.segment());
    ReentrantLock lock = new ReentrantLock();
    this.spares = new SpareSegments(files, lock, opened, this::forced, events, this::fail);
    this.writer = new LogWriter(lock, seal, opened.segment(), spares, segments);
    this.flusher = new Flusher(writer, opened.segment().dataStart(), policy, events);
  }

  /**
   * Reads the identity of a directory's log, or gives an empty directory one.
   *
   * @param segmentSize the configured size; it must be the one that the log was created with
   */
  public static LogIdentity identity(Storage storage, long segmentSize) throws IOException {
    return LogIdentity.of(storage, segmentSize);
  }

  /**
   * Scans and repairs the directory, replays the frames behind the checkpoint, and begins a new
   * incarnation. Nothing is appended before {@link #start()}.
   */
  public static SegmentLog open(
      Storage storage,
      LogIdentity identity,
      ReplayFrom from,
      FrameHandler replay,
      ForcePolicy policy,
      LogEvents events)
      throws IOException {
    OpenedLog opened = new LogOpener(storage, identity, from, replay).open();
    return new SegmentLog(storage, identity, from, opened, policy, events);
  }

  /** Starts the log's threads. */
  public void start() {
    spares.start();
    flusher.start();
  }

  /** The identity of the log. */
  public UUID id() {
    return identity.id();
  }

  /** This life of the log; the first is 1. */
  public int incarnation() {
    return opened.segment().incarnation();
  }

  /** How many bytes of a torn tail the open cut off. */
  public long cutBytes() {
    return opened.cutBytes();
  }

  /** Where the frames of earlier incarnations end. */
  public long replayedTo() {
    return opened.end();
  }

  /** Where the replay of the open began. */
  public long replayedFrom() {
    return replayFrom.position();
  }

  /** How many bytes the open replayed; a checkpoint would have spared them. */
  public long replayedBytes() {
    return opened.end() - replayFrom.position();
  }

  /** The position up to which a force has returned. */
  public long forced() {
    return flusher.forced();
  }

  /**
   * Appends a unit.
   *
   * @throws dev.lockstep.DiskFullException if there is no room; nothing was appended
   * @throws dev.lockstep.TooLargeException if a frame does not fit into a segment
   * @throws dev.lockstep.LogFailedException if the log has failed before
   * @throws dev.lockstep.ClosedException if it is closed
   */
  public Ticket append(LogUnit unit, Urgency urgency) {
    return append(unit, urgency, Forcing.FORCED);
  }

  /**
   * Appends a unit that may be deferred: then nobody needs to wait for it, and it is forced with
   * the next one that somebody waits for, or a short time later. Whoever appends one that is forced
   * must wait for it.
   *
   * @see #append(LogUnit, Urgency)
   */
  public Ticket append(LogUnit unit, Urgency urgency, Forcing forcing) {
    return writer.append(unit, urgency, forcing, flusher);
  }

  /**
   * Waits until what was deferred before is durable and applied; sees to it at once if need be. So
   * whoever looks finds what calls have done that returned before. Whoever calls must hold nothing
   * that applying a unit needs.
   *
   * @return whether there was anything to wait for: another look may find more
   */
  public boolean awaitDeferred() {
    return flusher.awaitDeferred();
  }

  /**
   * Is told that somebody begins to wait for messages: what is deferred does not stay so for long.
   */
  public void hurry() {
    if (writer.deferred() > 0) {
      writer.hurry(flusher);
    }
  }

  /**
   * Throws unless a frame of such a length can be appended.
   *
   * @throws dev.lockstep.TooLargeException if it does not fit into a segment
   */
  public void checkFits(int frameLength) {
    writer.checkFits(frameLength);
  }

  /**
   * Reads frames.
   *
   * @throws dev.lockstep.CorruptLogException if one is damaged; those before it were handed over
   */
  public void read(List<FrameRef> frames, FrameHandler handler) throws IOException {
    segments.read(frames, handler);
  }

  /** Reserves bytes for the decisions of branches that were prepared before the open. */
  public void reserve(long decisionBytes) {
    writer.reserve(decisionBytes);
  }

  /** The segments before a position that hold frames, oldest first. */
  public List<KeptSegment> segmentsBefore(long position) {
    long first = ReplayFrom.cut(position, 0, List.of()).firstSegment(identity.segmentSize());
    return segments.all().stream()
        .filter(segment -> segment.number() < first)
        .map(segment -> new KeptSegment(segment.number(), segment.incarnation(), segment.limit()))
        .toList();
  }

  /** How many positions a segment has; its number is a position divided by that. */
  public long segmentSize() {
    return identity.segmentSize();
  }

  /**
   * Gives segments free: their room is used again or given back, and reads of them fail. A durable
   * checkpoint must know them no more.
   */
  public void release(List<KeptSegment> unused) {
    List<Segment> released = new ArrayList<>();
    for (KeptSegment segment : unused) {
      segments.remove(segment.number()).ifPresent(released::add);
    }
    spares.give(released);
  }

  /**
   * Gives the room of a spare segment to a checkpoint that finds no other, until {@link
   * #endLoan()}.
   *
   * @return whether there was one to give
   */
  public boolean lendRoom() throws IOException {
    return spares.lend();
  }

  /** What was lent may be used for segments again. */
  public void endLoan() {
    spares.endLoan();
  }

  /** Whether the disk had no room for the last segment that was wanted. */
  public boolean isOutOfSpace() {
    return spares.isOutOfSpace();
  }

  /**
   * Runs a task on the flusher's thread between two groups. Its argument is the position of the
   * boundary: everything before it is written and applied, nothing behind it is. It is forced, too,
   * where every commit is; else {@link #forceTo} does that.
   */
  public <T> CompletableFuture<T> runAtBoundary(LongFunction<T> task) {
    return flusher.atBoundary(task);
  }

  /**
   * Makes everything before a boundary durable, on this thread: no commit waits for it.
   *
   * @param position the position of the boundary
   */
  public void forceTo(long position) throws IOException {
    long from = forced();
    if (from >= position) {
      return;
    }
    try {
      for (Segment segment : segments.all()) {
        if (segment.end() > from && segment.dataStart() < position) {
          flusher.forces().force(segment);
        }
      }
    } catch (IOException e) {
      fail(e);
      throw e;
    }
    flusher.settle(position); // before anybody releases them
  }

  /**
   * Makes everything durable that was appended before, deferred units included. Whoever calls must
   * hold nothing that applying a unit needs.
   *
   * @throws dev.lockstep.LogFailedException if the log has failed, or fails meanwhile
   * @throws dev.lockstep.ClosedException if it is closed
   */
  public void force() {
    try {
      forceTo(runAtBoundary(position -> position).join());
    } catch (IOException | CompletionException e) {
      checkOpen(); // the log has failed by that: it says so
      throw new IllegalStateException("the log could not be forced, and has not failed", e);
    }
  }

  /** Makes the log fail, as a force that fails does. */
  public void fail(Throwable cause) {
    flusher.fail(cause);
  }

  /**
   * Throws unless appends are possible.
   *
   * @throws dev.lockstep.LogFailedException if the log has failed
   * @throws dev.lockstep.ClosedException if it is closed
   */
  public void checkOpen() {
    writer.checkOpen();
  }

  /** Flushes and forces what was appended, and stops the threads. */
  @Override
  public void close() throws IOException {
    writer.close();
    flusher.close();
    spares.closeFiles();
    segments.close();
  }
}
