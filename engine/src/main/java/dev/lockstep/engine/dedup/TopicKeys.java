package dev.lockstep.engine.dedup;

import dev.lockstep.CorruptLogException;
import dev.lockstep.MessageId;
import dev.lockstep.engine.frame.MessageBody;
import dev.lockstep.engine.frame.TextHash;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.index.PartitionReader;
import dev.lockstep.engine.index.TopicState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The idempotency keys of one topic. Its monitor guards it, so that of two sends with one key the
 * second finds the claim of the first. Thread-safe.
 */
final class TopicKeys {
  private final TopicState topic;
  private final PartitionReader reader;
  private final UndecidedBranches undecided;
  private final CommittedKeys committed;
  private final Map<String, Claim> claims = new HashMap<>();
  private final Map<Long, List<String>> byBranch = new HashMap<>();
  private boolean restored;

  /** A key that an undecided branch has sent. */
  record Claim(long branch, String name, MessageId id) {}

  TopicKeys(TopicState topic, PartitionReader reader, UndecidedBranches undecided) {
    this.topic = topic;
    this.reader = reader;
    this.undecided = undecided;
    this.committed = new CommittedKeys(reader);
  }

  /** Whose keys they are. */
  TopicState topic() {
    return topic;
  }

  /**
   * Claims a key, unless a branch has done so or a message has it.
   *
   * <p>The claims are looked at first: a branch that commits gives its claim up only when its
   * messages are visible, so what is no claim any more is found among the messages.
   *
   * @return the claim that there is: the given one, or another
   */
  synchronized Claim claim(String key, Claim claim) {
    restore();
    Claim other = claims.get(key);
    if (other != null) {
      return other;
    }
    Optional<MessageId> first = committed.find(topic, key);
    if (first.isPresent()) {
      return new Claim(claim.branch(), claim.name(), first.get());
    }
    add(key, claim);
    return claim;
  }

  private void add(String key, Claim claim) {
    if (claims.putIfAbsent(key, claim) == null) {
      byBranch.computeIfAbsent(claim.branch(), branch -> new ArrayList<>(1)).add(key);
    }
  }

  /** Gives up one claim of a branch. */
  synchronized void release(long branch, String key) {
    List<String> keys = byBranch.getOrDefault(branch, List.of());
    int at = keys.lastIndexOf(key); // it is one of the last, as a rule
    if (at >= 0) {
      keys.remove(at);
      claims.remove(key);
    }
  }

  /** Gives up all claims of a branch. */
  synchronized void release(long branch) {
    List<String> keys = byBranch.remove(branch);
    if (keys != null) {
      keys.forEach(claims::remove);
    }
  }

  /** Once, at the first claim: takes the claims of the branches that were found undecided. */
  private void restore() {
    if (restored) {
      return;
    }
    for (UndecidedBranches.Branch branch : undecided.branches()) {
      restore(branch);
      if (undecided.find(branch.number()).isEmpty()) {
        release(branch.number()); // decided meanwhile, and released before it was restored perhaps
      }
    }
    restored = true;
  }

  private void restore(UndecidedBranches.Branch branch) {
    for (int i = 0; i < branch.messages().size(); i++) {
      MessageRef message = branch.messages().get(i);
      if (message.topic() == topic.id() && message.traits().idempotencyHash() != TextHash.NONE) {
        restore(branch, i);
      }
    }
  }

  private void restore(UndecidedBranches.Branch branch, int message) {
    Optional<MessageBody> body = read(branch, message);
    if (body.isPresent()) {
      String key = body.get().idempotencyKey().orElseThrow();
      add(key, new Claim(branch.number(), branch.name(), body.get().id()));
    }
  }

  /** Reads a message that may move meanwhile; nothing if its branch is decided. */
  private Optional<MessageBody> read(UndecidedBranches.Branch branch, int message) {
    MessageRef ref = branch.messages().get(message);
    while (true) {
      try {
        return Optional.of(reader.read(topic, ref));
      } catch (CorruptLogException e) {
        Optional<UndecidedBranches.Branch> now = undecided.find(branch.number());
        if (now.isEmpty()) {
          return Optional.empty();
        }
        MessageRef again = now.get().messages().get(message);
        if (again.equals(ref)) {
          throw e;
        }
        ref = again;
      }
    }
  }
}
