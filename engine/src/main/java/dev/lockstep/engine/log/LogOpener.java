package dev.lockstep.engine.log;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.io.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Opens the segments of a directory: replays the frames behind the checkpoint, tells damage from a
 * torn tail, and begins a new incarnation whose first segment says where the earlier ones end.
 *
 * <p>B is the first position of the last incarnation without a valid frame, W the largest watermark
 * found anywhere. B &lt; W is damage: bytes that a force had covered are gone, and nothing is
 * changed. B &ge; W is a torn tail: what stands behind B was never acknowledged, and is never read
 * again. The bytes between W and B are readable, but perhaps only in the memory of the operating
 * system; so they are written again and forced before anything is shown.
 */
final class LogOpener {
  private static final int COPY_BYTES = 1 << 20;

  private final Storage storage;
  private final SegmentFiles files;
  private final LogIdentity identity;
  private final FrameSeal seal;
  private final SegmentLog.ReplayFrom from;
  private final FrameHandler replay;
  private long replayedWatermark;

  LogOpener(
      Storage storage, LogIdentity identity, SegmentLog.ReplayFrom from, FrameHandler replay) {
    this.storage = storage;
    this.files = new SegmentFiles(storage, identity);
    this.identity = identity;
    this.seal = new FrameSeal(identity.secret().bytes());
    this.from = from;
    this.replay = replay;
  }

  OpenedLog open() throws IOException {
    List<Segment> all = segments();
    boolean done = false;
    try {
      OpenedLog opened = all.isEmpty() ? first() : reopen(all);
      done = true;
      return opened;
    } finally {
      if (!done) {
        for (Segment segment : all) {
          segment.close();
        }
      }
    }
  }

  private OpenedLog first() throws IOException {
    if (from.position() > 0 || from.watermark() > 0) {
      throw new CorruptLogException(
          "there is a checkpoint but no segment file in "
              + storage.location()
              + "; restore the directory from a backup");
    }
    files.deleteTemporary();
    Segment segment = files.create(0, 1, 0, 0);
    return new OpenedLog(segment, List.of(), List.of(), segment.dataStart(), 0);
  }

  private OpenedLog reopen(List<Segment> all) throws IOException {
    SegmentChain chain = SegmentChain.of(all);
    for (SegmentChain.Link link : chain.links()) {
      checkLength(link);
    }
    long bad = replay(chain);
    long watermark = Math.max(from.watermark(), chain.headerWatermark());
    watermark = Math.max(watermark, chain.watermarkBehind(seal, bad));
    watermark = Math.max(watermark, replayedWatermark);
    if (bad < watermark) {
      throw damage(chain, bad, watermark);
    }
    files.deleteTemporary();
    long cut = chain.tornBytes(bad);
    rewrite(chain, Math.max(watermark, chain.lastIncarnationStart()), bad);
    List<Segment> kept = new ArrayList<>();
    List<Segment> recyclable = new ArrayList<>();
    for (Segment old : all) {
      (chain.contains(old) && old.base() < bad ? kept : recyclable).add(old);
    }
    Segment segment = begin(all, recyclable, chain.lastIncarnation() + 1, bad);
    shorten(kept, bad);
    return new OpenedLog(segment, kept, recyclable, bad, cut);
  }

  private Segment begin(List<Segment> all, List<Segment> recyclable, int incarnation, long end)
      throws IOException {
    long number = all.get(all.size() - 1).number() + 1;
    return recyclable.isEmpty()
        ? files.create(number, incarnation, end, end)
        : files.recycle(recyclable.remove(recyclable.size() - 1), number, incarnation, end, end);
  }

  private long replay(SegmentChain chain) throws IOException {
    List<SegmentChain.Link> links = chain.from(from.position());
    if (links.isEmpty()) {
      throw new CorruptLogException(
          "the checkpoint continues at position "
              + from.position()
              + ", but no segment file in "
              + storage.location()
              + " holds it; restore the directory from a backup");
    }
    chain
        .missingBehind(links)
        .ifPresent(
            number -> {
              throw missing(number);
            });
    long bad = from.position();
    for (int i = 0; i < links.size(); i++) {
      SegmentChain.Link link = links.get(i);
      long start = Math.max(from.position(), link.segment().dataStart());
      SegmentCursor cursor = new SegmentCursor(link.segment(), seal, start, link.limit());
      boolean ended = replaySegment(cursor);
      bad = cursor.next();
      boolean complete = link.sealed() ? bad == link.limit() : ended || atEnd(cursor, link);
      if (!complete) {
        if (link.sealed() || chain.isBeforeLastIncarnation(link)) {
          throw damage(chain, bad, link.limit());
        }
        return bad;
      }
    }
    return bad;
  }

  private static boolean atEnd(SegmentCursor cursor, SegmentChain.Link link) {
    return link.limit() - cursor.next() < FrameDescriptor.SMALLEST_GROUP;
  }

  /** Whether the segment says that the log goes on in the next one. */
  private boolean replaySegment(SegmentCursor cursor) throws IOException {
    while (cursor.advance()) {
      switch (cursor.type()) {
        case Frame.END -> {
          return true;
        }
        case Frame.WATERMARK ->
            replayedWatermark = Math.max(replayedWatermark, cursor.body().getLong());
        default -> replay.frame(cursor.type(), cursor.position(), cursor.length(), cursor.body());
      }
    }
    return false;
  }

  private CorruptLogException damage(SegmentChain chain, long position, long durableTo) {
    String file = chain.fileOf(position).orElse(SegmentFiles.name(position / files.segmentSize()));
    return new CorruptLogException(
        "file '"
            + file
            + "' in "
            + storage.location()
            + " is damaged at byte "
            + position % files.segmentSize()
            + " (position "
            + position
            + "): everything up to position "
            + durableTo
            + " was durable, and from there on it can't be read. Nothing was changed."
            + " Restore the directory from a backup, together with the databases that it shares"
            + " transactions with");
  }

  /** A segment has all its room before it gets its name, and is cut only where it is sealed. */
  private void checkLength(SegmentChain.Link link) throws IOException {
    long length = link.segment().file().size();
    long expected = link.segment().offsetOf(link.limit());
    if (length < expected) {
      throw new CorruptLogException(
          "file '"
              + link.segment().name()
              + "' in "
              + storage.location()
              + " ends at byte "
              + length
              + " and had at least "
              + expected
              + " bytes. Nothing was changed. Restore the directory from a backup, together with"
              + " the databases that it shares transactions with");
    }
  }

  private CorruptLogException missing(long number) {
    return new CorruptLogException(
        "file '"
            + SegmentFiles.name(number)
            + "' in "
            + storage.location()
            + " is missing, and there are segments before and behind it. Nothing was changed."
            + " Restore the directory from a backup, together with the databases that it shares"
            + " transactions with");
  }

  private void rewrite(SegmentChain chain, long fromPosition, long toPosition) throws IOException {
    ByteBuffer copy = ByteBuffer.allocateDirect(COPY_BYTES);
    for (SegmentChain.Link link : chain.from(fromPosition)) {
      Segment segment = link.segment();
      long at = Math.max(fromPosition, segment.dataStart());
      long end = Math.min(toPosition, link.limit());
      while (at < end) {
        copy.clear().limit((int) Math.min(copy.capacity(), end - at));
        segment.file().read(segment.offsetOf(at), copy);
        copy.flip();
        long length = copy.remaining();
        segment.file().write(segment.offsetOf(at), copy);
        at += length;
      }
      segment.file().force();
    }
  }

  /** Gives the room behind the last frame back; nobody will read there. */
  private static void shorten(List<Segment> kept, long end) throws IOException {
    if (!kept.isEmpty()) {
      Segment last = kept.get(kept.size() - 1);
      long size = last.offsetOf(end);
      if (size < last.file().size()) {
        last.file().truncate(size);
      }
    }
  }

  private List<Segment> segments() throws IOException {
    List<SegmentHeader> headers = new ArrayList<>();
    for (String name : storage.names()) {
      Optional<Long> number = SegmentFiles.number(name);
      if (number.isPresent()) {
        headers.add(header(name, number.get()));
      }
    }
    List<Segment> segments = new ArrayList<>();
    for (SegmentHeader header : headers) {
      segments.add(files.open(header));
    }
    return segments;
  }

  private SegmentHeader header(String name, long number) throws IOException {
    ByteBuffer page = ByteBuffer.allocate(SegmentHeader.LENGTH);
    try (StorageFile file = storage.open(name)) {
      file.read(0, page);
    }
    Optional<SegmentHeader> header = SegmentHeader.decode(page.flip());
    if (header.isEmpty()) {
      throw new CorruptLogException(
          "the header of file '"
              + name
              + "' in "
              + storage.location()
              + " is damaged. Nothing was changed. Restore the directory from a backup");
    }
    if (!header.get().logId().equals(identity.id()) || header.get().number() != number) {
      throw new CorruptLogException(
          "file '"
              + name
              + "' in "
              + storage.location()
              + " was written as '"
              + SegmentFiles.name(header.get().number())
              + "' of log "
              + header.get().logId()
              + ", and this is log "
              + identity.id()
              + ". Nothing was changed. Put the directory's own files back");
    }
    return header.get();
  }
}
