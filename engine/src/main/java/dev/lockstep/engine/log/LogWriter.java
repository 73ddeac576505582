package dev.lockstep.engine.log;

import dev.lockstep.ClosedException;
import dev.lockstep.LogFailedException;
import dev.lockstep.TooLargeException;
import dev.lockstep.spi.Forcing;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where appends claim their positions: one short lock, under which frames are copied into the
 * active group. The {@link Flusher} takes the group away and gives an empty one.
 *
 * <p>Everything that can fail happens before the first claim: when frames are being placed, there
 * is room for all of them, or the appender has its exception. If the virtual machine fails
 * nevertheless, for want of memory or stack, the active group is torn: it is never written, so that
 * the unit is certain not to happen, and nothing comes behind what it has claimed.
 */
final class LogWriter {
  private static final int CHUNK_BYTES = 1 << 18;
  private static final int POOLED_CHUNKS = 16;
  private static final long LINGER_NANOS = 50_000;
  private static final int WATERMARK_LENGTH = Watermark.LENGTH;
  private static final Frame END_FRAME = Frame.of(Frame.END, ByteBuffer.allocate(0));

  private final ReentrantLock lock;
  private final Condition work;
  private final FrameSeal.Sealer sealer;
  private final Watermark watermark;
  private final SpareSegments spares;
  private final SegmentTable segments;
  private final Reserve reserve;

  /** One for all, under the lock. */
  private final Room room = new Room();

  private final Deque<ByteBuffer> pool = new ArrayDeque<>();
  private Group.@Nullable Content unused;
  private Group active = new Group(new Group.Content());
  private Segment segment;
  private long end;
  private boolean flushing;
  private volatile boolean lone = true;
  private volatile boolean begun;
  private boolean closed;
  private volatile int deferred;
  private volatile @Nullable Throwable torn;
  private volatile Optional<Throwable> failure = Optional.empty();

  LogWriter(
      ReentrantLock lock,
      FrameSeal seal,
      Segment segment,
      SpareSegments spares,
      SegmentTable segments) {
    this.lock = lock;
    this.work = lock.newCondition();
    this.sealer = seal.sealer();
    this.watermark = new Watermark(seal.sealer());
    this.segment = segment;
    this.end = segment.dataStart();
    this.spares = spares;
    this.segments = segments;
    this.reserve = new Reserve(segment.end() - segment.dataStart());
  }

  /**
   * Appends a unit. Whoever flushes when it is there takes it along. If nobody does, the flusher is
   * called, unless the unit is the first of its group and the last group had no other: then its
   * appender, who is about to wait for it, flushes it sooner than another thread could begin to.
   * Units that are deferred do not count in this: nobody waits for them.
   */
  Ticket append(LogUnit unit, Urgency urgency, Forcing forcing, Flusher flusher) {
    List<Frame> frames = unit.frames();
    boolean claimed = false;
    lock.lock();
    try {
      ensureRoom(unit, frames, urgency);
      claimed = true;
      reserve.add(unit.reservedBytes());
      openGroup();
      long[] positions = new long[frames.size()];
      for (int i = 0; i < positions.length; i++) {
        positions[i] = place(frames.get(i));
      }
      place(unit.close(positions));
      active.units().add(unit);
      switch (forcing) {
        case FORCED -> want();
        case DEFERRED -> defer(flusher);
      }
      return new Ticket(active, flusher); // here: without it, the unit must not happen
    } catch (RuntimeException | Error e) {
      if (claimed) {
        torn = e;
        work.signal();
      }
      throw e;
    } finally {
      lock.unlock();
    }
  }

  private void want() {
    begun = true;
    active.want();
    if (!flushing && !(lone && active.wanted() == 1)) {
      work.signal();
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // guarded by the lock; read without it
  private void defer(Flusher flusher) {
    deferred++;
    active.defer(System.nanoTime());
    if (!flushing && active.deferred() == 1 && active.wanted() == 0) {
      flusher.lookAtTime(); // else whoever flushes then does so
    }
  }

  private void ensureRoom(LogUnit unit, List<Frame> frames, Urgency urgency) {
    checkOpen();
    while (true) {
      Room asked = room(frames, unit.closingLength());
      int needed =
          reserve.sparesFor(
              urgency, asked.rolls, asked.remaining, unit.reservedBytes(), spares.areScarce());
      if (spares.count() >= needed) {
        return;
      }
      spares.await(needed); // gives the lock away while it waits
      checkOpen();
    }
  }

  /** Reserves bytes for the decisions of branches that were prepared before the log was opened. */
  void reserve(long bytes) {
    lock.lock();
    try {
      reserve.add(bytes);
    } finally {
      lock.unlock();
    }
  }

  void checkFits(int length) {
    lock.lock();
    try {
      emptySegment().place(length);
    } finally {
      lock.unlock();
    }
  }

  private Room emptySegment() {
    long whole = segment.end() - segment.dataStart();
    return room.begin(whole, whole);
  }

  private Room room(List<Frame> frames, int closingLength) {
    room.begin(segment.end() - end, segment.end() - segment.dataStart());
    if (active.isEmpty()) {
      room.place(WATERMARK_LENGTH);
    }
    for (int i = 0; i < frames.size(); i++) {
      room.place(frames.get(i).length());
    }
    room.place(closingLength);
    return room;
  }

  /** Counts how many new segments a sequence of frames needs. */
  private static final class Room {
    private long whole;
    private long remaining;
    private int rolls;

    Room begin(long left, long segment) {
      remaining = left;
      whole = segment;
      rolls = 0;
      return this;
    }

    void place(int length) {
      if (length > whole) {
        throw new TooLargeException(
            "a frame of "
                + length
                + " bytes does not fit into a segment of "
                + whole
                + " bytes;"
                + " split the transaction or create the log anew with a larger"
                + " lockstep.segment-size");
      }
      if (length > remaining) {
        rolls++;
        remaining = whole;
      }
      remaining -= length;
    }
  }

  void checkOpen() {
    requireWhole();
    if (failure.isPresent()) {
      throw new LogFailedException(
          "the log failed and is out of use until it is opened again: "
              + failure.get().getMessage()
              + "; repair the cause and restart the process",
          failure.get());
    }
    if (closed) {
      throw new ClosedException("the log is closed");
    }
  }

  /**
   * Throws if the active group is torn.
   *
   * @throws LogFailedException if it is
   */
  void requireWhole() {
    Throwable broken = torn;
    if (broken != null) {
      throw new LogFailedException(
          "an append to the log was broken off, and it is out of use until it is opened again: "
              + broken
              + "; restart the process, with more memory or a larger stack if that is the cause",
          broken);
    }
  }

  /** Every group starts with a watermark; its value is known when the group is written. */
  private void openGroup() {
    if (active.isEmpty()) {
      ByteBuffer buffer = room(WATERMARK_LENGTH);
      buffer.position(buffer.position() + WATERMARK_LENGTH);
      end += WATERMARK_LENGTH;
    }
  }

  /** Called by the flusher, which has the group for itself. */
  void sealWatermark(Group group, long value) {
    watermark.put(group.chunks().get(0), value);
  }

  private long place(Frame frame) {
    ByteBuffer buffer = room(frame.length());
    int at = buffer.position();
    long position = end;
    frame.copyTo(buffer);
    sealer.seal(buffer, at, segment.incarnation(), position, frame.bodyCrc());
    end += frame.length();
    return position;
  }

  private ByteBuffer room(int length) {
    if (end + length > segment.end()) {
      roll();
    }
    List<Group.Chunk> chunks = active.chunks();
    if (!chunks.isEmpty()) {
      Group.Chunk last = chunks.get(chunks.size() - 1);
      if (last.segment() == segment && last.buffer().remaining() >= length) {
        return last.buffer();
      }
    }
    Group.Chunk chunk = new Group.Chunk(segment, end, buffer(length));
    chunks.add(chunk);
    return chunk.buffer();
  }

  private void roll() {
    if (segment.end() - end >= FrameDescriptor.SMALLEST_GROUP) {
      place(END_FRAME); // the group is not empty: otherwise its watermark would have had room
    }
    segment = spares.take();
    segments.add(segment);
    end = segment.dataStart();
  }

  private ByteBuffer buffer(int length) {
    if (length > CHUNK_BYTES) {
      return ByteBuffer.allocateDirect(length);
    }
    ByteBuffer pooled = pool.poll();
    return pooled == null ? ByteBuffer.allocateDirect(CHUNK_BYTES) : pooled;
  }

  /** The lock, for the flusher's own waits. */
  ReentrantLock lock() {
    return lock;
  }

  Condition work() {
    return work;
  }

  boolean hasWork() {
    return torn != null || !active.isEmpty();
  }

  /** Called with the lock held. Whether somebody waits for the active group. */
  boolean isWanted() {
    return torn != null || active.wanted() > 0;
  }

  /** Called with the lock held. Since when the active group has units that nobody waits for. */
  long deferredSince() {
    return active.deferredSince();
  }

  /** How many deferred units are not applied yet. */
  int deferred() {
    return deferred;
  }

  /** Has the flusher look again how long deferred units may wait. */
  void hurry(Flusher flusher) {
    lock.lock();
    try {
      if (!flushing) {
        flusher.lookAtTime();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Called with the lock held. The active group if it has deferred units, which it is to flush. */
  Optional<Group> wantDeferred() {
    if (active.deferred() == 0) {
      return Optional.empty();
    }
    want();
    return Optional.of(active);
  }

  /** Called with the lock held: begins a group that holds nothing but a watermark. */
  void announceWatermark() {
    if (!closed && room(List.of(), 0).rolls <= spares.count()) {
      openGroup();
    }
  }

  /** Called with the lock held. Whether a thread has taken a group and not ended its flush. */
  boolean isFlushing() {
    return flushing;
  }

  /**
   * Called by the flusher without the lock, between two groups: where many commit, those of the
   * last group are about to append again, which is sooner than it could sleep and be woken.
   */
  @SuppressWarnings("ThreadPriorityCheck") // it gives way to those committers, and needs no turn
  void lingerForWork() {
    if (!lone) {
      long deadline = System.nanoTime() + LINGER_NANOS;
      while (!begun && System.nanoTime() < deadline) {
        Thread.yield();
      }
    }
  }

  /** Called with the lock held: the caller flushes now, and nobody else until it ends that. */
  void beginFlush() {
    if (flushing) {
      throw new IllegalStateException("a flush is under way");
    }
    flushing = true;
  }

  /** Called with the lock held. */
  void endFlush() {
    flushing = false;
  }

  /** Called with the lock held. Whether one alone waits for it, as for the group before it. */
  boolean isLone(Group group) {
    return active == group && lone && group.wanted() == 1;
  }

  boolean isTorn() {
    return torn != null;
  }

  boolean hasFailed() {
    return failure.isPresent();
  }

  /** Called with the lock held. */
  Group takeGroup() {
    Group next = new Group(unused == null ? new Group.Content() : unused); // before any change
    Group taken = active;
    lone = taken.wanted() <= 1;
    begun = false;
    active = next;
    unused = null;
    return taken;
  }

  /** Called with the lock held. Where the next frame goes. */
  long end() {
    return end;
  }

  /** Takes back what a flushed group was made of. Nobody may look at its content afterwards. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // guarded by the lock; read without it
  void release(Group group) {
    lock.lock();
    try {
      deferred -= group.deferred();
      for (int i = 0; i < group.chunks().size(); i++) {
        Group.Chunk chunk = group.chunks().get(i);
        if (chunk.buffer().capacity() == CHUNK_BYTES && pool.size() < POOLED_CHUNKS) {
          pool.push(chunk.buffer().clear());
        }
      }
      group.content().clear();
      unused = group.content();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends all appends for good.
   *
   * @return whether this is the first failure
   */
  boolean refuse(Throwable cause) {
    lock.lock();
    try {
      boolean first = failure.isEmpty();
      if (first) {
        failure = Optional.of(cause);
      }
      spares.shutDown();
      work.signalAll();
      return first;
    } finally {
      lock.unlock();
    }
  }

  /** Ends all appends; what is claimed is still flushed. */
  void close() {
    lock.lock();
    try {
      closed = true;
      spares.shutDown();
      work.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
