package dev.lockstep.engine.inspect;

import dev.lockstep.engine.batch.BatchReader;
import dev.lockstep.engine.batch.Compressors;
import dev.lockstep.engine.index.IndexEntry;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.inspect.Finding.Kind;
import dev.lockstep.engine.log.ClosedLog;
import dev.lockstep.engine.log.FrameRef;
import dev.lockstep.engine.log.FrameVisitor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Shows frames. */
final class Dump implements FrameVisitor {
  private final ClosedLog log;
  private final LogView view;
  private final DumpQuery query;
  private final Consumer<FrameView> frames;
  private final Consumer<Finding> damage;
  private final FrameContent content = new FrameContent(new BatchReader(Compressors.installed()));
  private OptionalInt topic = OptionalInt.empty();
  private long shown;
  private long next;

  Dump(LogView view, DumpQuery query, Consumer<FrameView> frames, Consumer<Finding> damage) {
    this.view = view;
    this.log = view.log();
    this.query = query;
    this.frames = frames;
    this.damage = damage;
  }

  void run() throws IOException {
    if (query.topic().isPresent()) {
      TopicState found = topic(query.topic().get());
      topic = OptionalInt.of(found.id());
      if (query.offset().isPresent()) {
        showOne(found);
        return;
      }
    }
    log.walk(query.from(), this);
  }

  private TopicState topic(String name) throws IOException {
    TopicState found = view.derive().state().topics().topic(name);
    if (query.partition().isPresent()) {
      int partition = query.partition().getAsInt();
      if (partition < 0 || partition >= found.partitionCount()) {
        throw new UnknownPlaceException(
            "topic '"
                + name
                + "' has no partition "
                + partition
                + "; it has partitions 0 to "
                + (found.partitionCount() - 1));
      }
    }
    return found;
  }

  private void showOne(TopicState found) throws IOException {
    int partition = query.partition().orElse(0);
    long offset = query.offset().orElseThrow();
    Optional<IndexEntry> entry = found.partition(partition).entry(offset);
    FrameRef frame =
        entry
            .orElseThrow(
                () ->
                    new UnknownPlaceException(
                        "partition "
                            + partition
                            + " of '"
                            + found.name()
                            + "' has no message at offset "
                            + offset
                            + "; it has offsets from "
                            + found.partition(partition).first()
                            + " to "
                            + found.partition(partition).end()
                            + ", the last one not included"))
            .frame();
    log.read(List.of(frame), this::show);
  }

  @Override
  public boolean wantsMore() {
    return next < query.to() && shown < query.limit();
  }

  @Override
  public void frame(byte type, long position, int length, ByteBuffer body) {
    next = position + length;
    if (position < query.from() || position >= query.to() || !wantsMore(type)) {
      return;
    }
    show(type, position, length, body);
  }

  private boolean wantsMore(byte type) {
    return shown < query.limit()
        && (query.kinds().isEmpty()
            || FrameKind.of(type).filter(query.kinds()::contains).isPresent());
  }

  private void show(byte type, long position, int length, ByteBuffer body) {
    Map<String, Object> fields = content.fields(type, body);
    if (topic.isPresent() && !concerns(fields)) {
      return;
    }
    shown++;
    frames.accept(
        new FrameView(
            position,
            log.fileOf(position),
            log.byteOf(position),
            length,
            FrameContent.label(type),
            fields));
  }

  /** Whether topic and partition stand side by side anywhere in a frame. */
  private boolean concerns(Object value) {
    if (value instanceof List<?> list) {
      return list.stream().anyMatch(this::concerns);
    }
    if (!(value instanceof Map<?, ?> fields)) {
      return false;
    }
    boolean here =
        Integer.valueOf(topic.getAsInt()).equals(fields.get("topic"))
            && (query.partition().isEmpty()
                || !fields.containsKey("partition")
                || Integer.valueOf(query.partition().getAsInt()).equals(fields.get("partition")));
    return here || fields.values().stream().anyMatch(this::concerns);
  }

  @Override
  public void damaged(String file, long from, long to, long durableTo) {
    if (to > query.from() && from < query.to()) {
      damage.accept(
          Finding.of(
                  Kind.FRAME,
                  "no valid frame between here and position " + to,
                  "lockstep verify says what is lost")
              .in(file, log.byteOf(from), from));
    }
    next = to;
  }
}
