package dev.lockstep.engine.dedup;

import dev.lockstep.DuplicateInFlightException;
import dev.lockstep.MessageId;
import dev.lockstep.engine.dedup.TopicKeys.Claim;
import dev.lockstep.engine.index.PartitionReader;
import dev.lockstep.engine.index.TopicState;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds repeated sends. Costs nothing until the first send with an idempotency key to a topic,
 * which looks through the topic's index; from then on some 40 bytes for each message that has one.
 * Thread-safe.
 */
public final class Deduplication {
  private final PartitionReader reader;
  private final UndecidedBranches undecided;
  private final Map<Integer, TopicKeys> topics = new ConcurrentHashMap<>();

  public Deduplication(PartitionReader reader, UndecidedBranches undecided) {
    this.reader = reader;
    this.undecided = undecided;
  }

  /**
   * Claims an idempotency key for a branch.
   *
   * @param topic where the message would go
   * @param key the key
   * @param branch the number of the branch that sends it
   * @param name how messages for people name the branch
   * @param id the identity that the message would have
   * @return that identity, if the key is claimed now; or that of the message of the topic, or of
   *     this branch, that has the key already
   * @throws DuplicateInFlightException if another branch has claimed it and is undecided
   */
  public MessageId claim(TopicState topic, String key, long branch, String name, MessageId id) {
    Claim claim = keys(topic).claim(key, new Claim(branch, name, id));
    if (claim.branch() != branch) {
      throw new DuplicateInFlightException(
          "a message to '"
              + topic.name()
              + "' with the idempotency key '"
              + key
              + "' was sent by transaction "
              + claim.name()
              + ", which is undecided. Send it again when that has ended");
    }
    return claim.id();
  }

  private TopicKeys keys(TopicState topic) {
    TopicKeys known = topics.get(topic.id());
    return known != null ? known : newKeys(topic);
  }

  /** The memory of deleted topics is given back when another one needs some. */
  private TopicKeys newKeys(TopicState topic) {
    topics.values().removeIf(keys -> keys.topic().isDeleted());
    return topics.computeIfAbsent(topic.id(), id -> new TopicKeys(topic, reader, undecided));
  }

  /** Gives up one claim, of a message that was not sent after all. */
  public void release(TopicState topic, String key, long branch) {
    keys(topic).release(branch, key);
  }

  /** Gives up the claims of a branch that has ended; if it is committed, after it is visible. */
  public void release(long branch) {
    topics.values().forEach(keys -> keys.release(branch));
  }
}
