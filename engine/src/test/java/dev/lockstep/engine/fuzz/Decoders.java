package dev.lockstep.engine.fuzz;

import dev.lockstep.LockstepException;
import dev.lockstep.engine.frame.BatchBody;
import dev.lockstep.engine.frame.CommitBody;
import dev.lockstep.engine.frame.DropBody;
import dev.lockstep.engine.frame.ForgottenBody;
import dev.lockstep.engine.frame.GroupBody;
import dev.lockstep.engine.frame.GroupDeletedBody;
import dev.lockstep.engine.frame.GroupPositionBody;
import dev.lockstep.engine.frame.MessageBody;
import dev.lockstep.engine.frame.MovedBody;
import dev.lockstep.engine.frame.PrepareBody;
import dev.lockstep.engine.frame.RecordBody;
import dev.lockstep.engine.frame.RecordRemovedBody;
import dev.lockstep.engine.frame.ResolvedBody;
import dev.lockstep.engine.frame.RollbackBody;
import dev.lockstep.engine.frame.SpilledBody;
import dev.lockstep.engine.frame.TakenBackBody;
import dev.lockstep.engine.frame.TopicBody;
import dev.lockstep.engine.frame.TopicDeletedBody;
import dev.lockstep.engine.frame.TrimBody;
import dev.lockstep.engine.index.IndexDecoders;
import dev.lockstep.engine.index.PartitionManifest;
import dev.lockstep.engine.inspect.ContentDecoders;
import dev.lockstep.engine.log.LogDecoders;
import dev.lockstep.engine.store.CheckpointDecoder;
import dev.lockstep.engine.tx.HeuristicBranch;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * Everything that decodes bytes of a disk. None of it runs on, fills the heap, or throws what its
 * caller does not know, whatever the bytes are: checksums are no defence against a mistake.
 */
public final class Decoders {
  static final List<Consumer<ByteBuffer>> ALL =
      List.of(
          MessageBody::decode,
          PrepareBody::decode,
          CommitBody::decode,
          RollbackBody::decode,
          RecordBody::decode,
          RecordRemovedBody::decode,
          TopicBody::decode,
          GroupBody::decode,
          TopicDeletedBody::decode,
          TrimBody::decode,
          DropBody::decode,
          MovedBody::decode,
          Decoders::batch,
          GroupPositionBody::decode,
          GroupDeletedBody::decode,
          SpilledBody::decode,
          TakenBackBody::decode,
          ContentDecoders::show,
          PartitionManifest::get,
          IndexDecoders::entries,
          IndexDecoders::page,
          LogDecoders::identity,
          ResolvedBody::decode,
          ForgottenBody::decode,
          HeuristicBranch::get,
          LogDecoders::segmentHeader,
          LogDecoders::frames,
          CheckpointDecoder::decode);

  private Decoders() {}

  /** What a coverage-guided fuzzer calls: the first byte chooses the decoder. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length > 0) {
      Consumer<ByteBuffer> decoder = ALL.get((input[0] & 0xFF) % ALL.size());
      decode(decoder, ByteBuffer.wrap(input, 1, input.length - 1).slice());
    }
  }

  private static void batch(ByteBuffer bytes) {
    BatchBody.length(bytes);
    BatchBody.compressedFrom(bytes);
    for (int slot = 0; slot < BatchBody.count(bytes); slot++) {
      BatchBody.kind(bytes, slot);
      BatchBody.keyHash(bytes, slot);
      BatchBody.idempotencyHash(bytes, slot);
    }
  }

  static void decode(Consumer<ByteBuffer> decoder, ByteBuffer bytes) {
    try {
      decoder.accept(bytes);
    } catch (BufferUnderflowException
        | IndexOutOfBoundsException
        | IllegalArgumentException
        | LockstepException e) {
      // Those who decode know these, and say which frame of which file it was.
    }
  }
}
