package dev.lockstep.engine.tx;

import dev.lockstep.TooLargeException;
import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.index.Traits;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.engine.log.FrameRef;
import java.util.ArrayList;
import java.util.List;

/** What an active branch has collected. Guarded by the branch's monitor. */
final class BranchContent {
  private final BranchContext.Limits limits;
  private final List<Frame> frames = new ArrayList<>();
  private final List<OffsetClaims.Target> targets = new ArrayList<>();
  private final List<Traits> traits = new ArrayList<>();
  private final List<Ack> acks = new ArrayList<>();
  private long bytes;

  BranchContent(BranchContext.Limits limits) {
    this.limits = limits;
  }

  boolean isEmpty() {
    return frames.isEmpty() && acks.isEmpty();
  }

  /** Checks a message of so many bytes against both limits. */
  void checkLimits(String topic, long messageBytes) {
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
    if (bytes + messageBytes > limits.transactionBytes()) {
      throw new TooLargeException(
          "with this message to '"
              + topic
              + "' the transaction would have "
              + (bytes + messageBytes)
              + " bytes; lockstep.max-transaction-size is "
              + limits.transactionBytes()
              + ". Commit more often, or raise the limit");
    }
  }

  void add(Frame frame, OffsetClaims.Target target, Traits messageTraits, long messageBytes) {
    frames.add(frame);
    targets.add(target);
    traits.add(messageTraits);
    bytes += messageBytes;
  }

  void add(Ack ack) {
    for (int i = 0; i < acks.size(); i++) {
      Ack before = acks.get(i);
      if (before.group().equals(ack.group())
          && before.topic() == ack.topic()
          && before.partition() == ack.partition()) {
        if (before.to() != ack.from() || before.memberEpoch() != ack.memberEpoch()) {
          throw new IllegalStateException(
              "this transaction has acknowledged partition "
                  + ack.partition()
                  + " for group '"
                  + ack.group()
                  + "' up to "
                  + before.to()
                  + " and can't go on at "
                  + ack.from()
                  + "; acknowledge in order, with one member");
        }
        acks.set(
            i,
            new Ack(
                ack.group(),
                ack.topic(),
                ack.partition(),
                before.from(),
                ack.to(),
                ack.memberEpoch()));
        return;
      }
    }
    acks.add(ack);
  }

  List<Frame> frames() {
    return List.copyOf(frames);
  }

  List<OffsetClaims.Target> targets() {
    return List.copyOf(targets);
  }

  List<Ack> acks() {
    return List.copyOf(acks);
  }

  List<Traits> traits() {
    return List.copyOf(traits);
  }

  /** The messages, once they have positions. */
  static List<MessageRef> place(
      List<OffsetClaims.Target> targets,
      List<Traits> traits,
      List<Frame> frames,
      long[] positions) {
    List<MessageRef> placed = new ArrayList<>(positions.length);
    for (int i = 0; i < positions.length; i++) {
      OffsetClaims.Target target = targets.get(i);
      FrameRef frame = new FrameRef(positions[i], frames.get(i).length());
      placed.add(new MessageRef(target.topic(), target.partition(), frame, traits.get(i)));
    }
    return placed;
  }
}
