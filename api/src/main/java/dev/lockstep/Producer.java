package dev.lockstep;

/**
 * Sends messages to one topic. Thread-safe.
 *
 * <p>A send joins the thread's transaction: the message becomes visible when that commits, together
 * with all else in it, and never if it rolls back. Nothing counts before the transaction completes,
 * though large ones are written to the log as they grow: so an open transaction is lost with its
 * process, and stalls no reader. Without a transaction, see {@link OutsideTransaction}.
 *
 * <p><b>Partition.</b> A key decides it: the CRC-32C of its UTF-8 bytes, as an unsigned number,
 * modulo the number of the topic's partitions. That rule does not change.
 *
 * <p>Every send may throw {@link TooLargeException} (message or transaction over its limit), {@link
 * UnknownTopicException} (the topic was deleted), {@link CompressionUnavailableException} (what
 * compresses the topic is not on the class path), {@link NoTransactionException}, {@link
 * TransactionRolledBackException} (the transaction is rolled back, or can only be), {@link
 * DiskFullException} (no room for a large transaction, or for one of its own), {@link
 * LogFailedException}, {@link ClosedException}, and {@link InterceptorException} where interceptors
 * are configured; none of them has sent anything. A send in a transaction of its own may throw
 * {@link OutcomeUnknownException}: the next open of the log says whether it was sent.
 *
 * <p><b>Deduplication.</b> A send with an {@linkplain OutgoingMessage#idempotencyKey idempotency
 * key} that the topic holds already sends nothing and returns the identity of the first message.
 * The topic holds a key as long as it holds the message, so for its retention; in a compacted topic
 * until a newer message of the same message key supersedes it.
 *
 * @param <T> the payload type
 */
public interface Producer<T> {
  /**
   * Where this producer sends.
   *
   * @return the topic's name
   */
  String topic();

  /**
   * Sends a payload without a key; the partition is the producer's choice, the same one throughout
   * a transaction.
   *
   * @param payload the payload
   * @return the message's identity, known before the commit
   */
  default MessageId send(T payload) {
    return send(Message.of(payload));
  }

  /**
   * Sends a payload with a key, which decides the partition: all messages of a key are in one, as
   * long as the topic gets no more partitions.
   *
   * @param key the key
   * @param payload the payload
   * @return the message's identity, known before the commit
   */
  default MessageId send(String key, T payload) {
    return send(Message.of(key, payload));
  }

  /**
   * Sends a message.
   *
   * @param message the message
   * @return the message's identity, known before the commit; with an idempotency key that the topic
   *     holds, that of the first message
   * @throws DuplicateInFlightException if another transaction has sent a message of the same
   *     idempotency key and is undecided
   */
  MessageId send(OutgoingMessage<T> message);

  /**
   * Sends a tombstone: there is no value for the key any more.
   *
   * @param key the key
   * @return the tombstone's identity, known before the commit
   */
  default MessageId delete(String key) {
    return send(Message.tombstone(key));
  }
}
