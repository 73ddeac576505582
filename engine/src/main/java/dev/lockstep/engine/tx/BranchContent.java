package dev.lockstep.engine.tx;

import dev.lockstep.Compression;
import dev.lockstep.TooLargeException;
import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.frame.MessageBody;
import dev.lockstep.engine.frame.TakenBackBody;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.index.Traits;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.engine.log.FrameRef;
import dev.lockstep.engine.log.Urgency;
import dev.lockstep.engine.tx.OffsetClaims.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an active branch has collected: its messages, encoded, and its acknowledgements. Messages
 * for a compressed topic are frames only once {@link #seal()} is called, or a batch is full.
 *
 * <p>Guarded by the branch's monitor; nothing is added any more once a unit has it.
 */
final class BranchContent {
  /** What a message takes in memory besides its frame. */
  private static final long OBJECTS = 128;

  private static final FrameRef NOWHERE = new FrameRef(0, 0);

  private final BranchContext context;
  private List<Frame> frames = List.of();
  private List<Unplaced> messages = List.of();
  private Optional<Acknowledgements> acknowledgements = Optional.empty();
  private Optional<PendingBatches> pending = Optional.empty();
  private List<MessageRef> spilled = List.of();

  /** Says to the log which of the spilled messages do not count; the first of the frames. */
  private Optional<Frame> takenBack = Optional.empty();

  private long bytes;
  private long heldBytes;

  /** A message that has a frame, which has no position yet. */
  private record Unplaced(Target target, Traits traits, int frame) {}

  /**
   * What there was at a moment.
   *
   * @param messages how many messages, in the log or not; all had a frame
   * @param bytes what counted against the limit for the transaction
   * @param heldBytes what was kept in memory
   * @param acks what was acknowledged and parked
   */
  record Mark(int messages, long bytes, long heldBytes, List<Ack> acks) {}

  BranchContent(BranchContext context) {
    this.context = context;
  }

  boolean isEmpty() {
    return messages.isEmpty()
        && pending.map(PendingBatches::isEmpty).orElse(true)
        && acknowledgements.map(Acknowledgements::isEmpty).orElse(true)
        && spilled.isEmpty();
  }

  /** A branch that has no messages only consumes, and may so make room. */
  Urgency urgency() {
    return messageCount() == 0 ? Urgency.CONSUMPTION : Urgency.NEW_WORK;
  }

  /** Whether what is in memory must go to the log before it gets so much more. */
  boolean mustSpill(long cost) {
    return heldBytes > 0 && heldBytes + cost > context.limits().spillBytes();
  }

  /** What was in memory is in the log now. */
  void spilled(List<MessageRef> places) {
    if (spilled.isEmpty()) {
      spilled = new ArrayList<>();
    }
    spilled.addAll(places);
    frames = List.of();
    messages = List.of();
    takenBack = Optional.empty();
    heldBytes = 0;
  }

  /** How many of the spilled messages are left, if some were taken back since the last spill. */
  OptionalInt kept() {
    return takenBack.isPresent() ? OptionalInt.of(spilled.size()) : OptionalInt.empty();
  }

  /** Whether it has messages in the log already, which may have been taken back meanwhile. */
  boolean hasSpilled() {
    return !spilled.isEmpty() || takenBack.isPresent();
  }

  /** Notes what there is. Messages that wait for their batch to fill wait no longer. */
  Mark mark() {
    seal();
    return new Mark(messageCount(), bytes, heldBytes, acks());
  }

  /**
   * Takes back what was added since a mark, of which there is still everything. What of it is in
   * the log does not count any more as soon as anything else of the branch is there: a frame in
   * front of that says so. Until then nothing of the branch counts, so nothing is written now.
   *
   * @param branch the number of the branch
   */
  void goBack(Mark mark, long branch) {
    pending = Optional.empty();
    if (mark.messages() < spilled.size()) {
      spilled.subList(mark.messages(), spilled.size()).clear();
      takenBack = Optional.of(new TakenBackBody(branch, mark.messages()).encode());
    }
    int held = mark.messages() - spilled.size();
    if (held > 0) { // then nothing was spilled since
      frames = Few.first(messages.get(held - 1).frame() + 1, frames);
      heldBytes = mark.heldBytes();
    } else {
      frames = takenBack.map(List::of).orElse(List.of());
      heldBytes = 0;
    }
    messages = Few.first(held, messages);
    bytes = mark.bytes();
    acknowledgements.ifPresent(acks -> acks.restore(mark.acks()));
  }

  /** The messages that are in the log already, before those that are in memory. */
  List<MessageRef> spilled() {
    return spilled;
  }

  /**
   * Checks a message against both limits.
   *
   * @param messageBytes its key, headers and payload, which count against the limit for a message
   * @return what it costs: what counts against the limit for a transaction, so that many small
   *     messages do not fill the heap either
   */
  long checkLimits(String topic, long messageBytes) {
    BranchContext.Limits limits = context.limits();
    if (messageBytes > limits.messageBytes()) {
      throw new TooLargeException(
          "a message to '"
              + topic
              + "' has "
              + messageBytes
              + " bytes; lockstep.max-message-size is "
              + limits.messageBytes()
              + ". Send a reference to the data, or raise the limit");
    }
    long cost = MessageBody.frameLength(messageBytes) + OBJECTS;
    if (bytes > 0 && bytes + cost > limits.transactionBytes()) {
      throw new TooLargeException(
          "with this message to '"
              + topic
              + "' the transaction would have "
              + (bytes + cost)
              + " bytes, some "
              + (MessageBody.frameLength(0) + OBJECTS)
              + " of them for each message besides its content; lockstep.max-transaction-size is "
              + limits.transactionBytes()
              + ". Commit more often, or raise the limit");
    }
    return cost;
  }

  /**
   * Adds a message whose limits were checked.
   *
   * @param message its frame
   * @param cost what counts against the limit for the transaction
   * @throws dev.lockstep.CompressionUnavailableException if the topic's compressor is not there;
   *     nothing was added
   */
  void add(Frame message, Traits traits, TopicState topic, int partition, long cost) {
    Target target = new Target(topic.id(), partition);
    if (pending.isEmpty() && topic.config().compression() != Compression.NONE) {
      pending = Optional.of(new PendingBatches(context, this::add));
    }
    if (pending.isEmpty() || !pending.get().take(message, traits, target, topic)) {
      messages = Few.plus(messages, new Unplaced(target, traits, frames.size()));
      frames = Few.plus(frames, message);
    }
    bytes += cost;
    heldBytes += cost;
  }

  /** Adds frames for one partition: one for each message, or one that has them all in slots. */
  private void add(Target target, List<Frame> more, List<Traits> traits) {
    int frame = frames.size();
    boolean shared = more.size() < traits.size();
    for (Frame one : more) {
      frames = Few.plus(frames, one);
    }
    for (int i = 0; i < traits.size(); i++) {
      Unplaced message =
          shared
              ? new Unplaced(target, traits.get(i).inSlot(i), frame)
              : new Unplaced(target, traits.get(i), frame + i);
      messages = Few.plus(messages, message);
    }
  }

  /** What it acknowledges, to which more is added. */
  Acknowledgements acknowledgements() {
    Acknowledgements all = acknowledgements.orElseGet(Acknowledgements::new);
    if (acknowledgements.isEmpty()) {
      acknowledgements = Optional.of(all);
    }
    return all;
  }

  /** Forgets everything: the branch is completed, and whoever keeps it keeps nothing else. */
  void clear() {
    frames = List.of();
    messages = List.of();
    acknowledgements = Optional.empty();
    pending = Optional.empty();
    spilled = List.of();
    takenBack = Optional.empty();
    bytes = 0;
    heldBytes = 0;
  }

  /** Makes frames of the messages that wait for their batch to fill. */
  void seal() {
    pending.ifPresent(PendingBatches::seal);
  }

  /** How many messages have a frame, in the log or not. */
  int messageCount() {
    return spilled.size() + messages.size();
  }

  /** The frames, in the order in which they are to be appended. */
  List<Frame> frames() {
    return frames;
  }

  List<Ack> acks() {
    return acknowledgements.map(Acknowledgements::acks).orElse(List.of());
  }

  /** Counts the offsets that the messages need, anew. */
  void count(OffsetClaims claims) {
    claims.clear();
    claims.addAll(spilled);
    for (int i = 0; i < messages.size(); i++) {
      claims.add(messages.get(i).target());
    }
  }

  /**
   * The messages that are in memory, once their frames have positions: in the order of the frames,
   * as a replay finds them.
   */
  List<MessageRef> place(long[] positions) {
    if (messages.size() == 1) { // as in most branches: without a list that may grow
      return List.of(place(messages.get(0), positions, NOWHERE));
    }
    List<MessageRef> placed = new ArrayList<>(messages.size());
    FrameRef last = NOWHERE;
    for (int i = 0; i < messages.size(); i++) {
      MessageRef message = place(messages.get(i), positions, last);
      placed.add(message);
      last = message.frame();
    }
    return placed;
  }

  private MessageRef place(Unplaced message, long[] positions, FrameRef last) {
    long position = positions[message.frame()];
    FrameRef frame =
        last.position() == position
            ? last
            : new FrameRef(position, frames.get(message.frame()).length());
    Target target = message.target();
    return new MessageRef(target.topic(), target.partition(), frame, message.traits());
  }
}
