package dev.lockstep;

import dev.lockstep.spi.LockstepProvider;

/**
 * An open log, and the entry to everything that it offers.
 *
 * <p>One process owns a data directory, and opens it once. All methods may be called from any
 * thread, at any time until {@link #close()}; later calls throw {@link ClosedException}.
 *
 * <p><b>Crash.</b> Nothing needs to be done before a crash, and nothing after one but to open the
 * directory again: what a returned commit promised is there, what was not committed is not, and
 * what is prepared waits in {@link #transactions()} for its outcome.
 */
public interface Lockstep extends AutoCloseable {

  /**
   * Opens the log in the configured directory, creating it if the directory is empty or absent, and
   * recovers it if it was not closed.
   *
   * @param config where the log is and how it behaves
   * @return the open log
   * @throws InvalidConfigException if the directory can't be used as configured, or something else
   *     is unsafe, the transaction manager or a database, and is not allowed by name; all that is
   *     wrong is named at once
   * @throws DirectoryHeldException if another process, or this one, has the directory open
   * @throws CorruptLogException if durable parts of the log are damaged; nothing was changed
   * @throws DiskFullException if the disk has no room for the first segments
   */
  static Lockstep open(LockstepConfig config) {
    return LockstepProvider.installed().open(config);
  }

  /**
   * A producer for a topic, with the codec that the configured providers have for the payload type.
   *
   * @param <T> the payload type
   * @param topic an existing topic
   * @param payload the class of the payloads
   * @return a producer; cheap, thread-safe and without a life cycle of its own
   * @throws UnknownTopicException if there is no such topic
   * @throws InvalidConfigException if no codec handles the type
   */
  <T> Producer<T> producer(String topic, Class<T> payload);

  /**
   * A producer for a topic, with an explicit codec.
   *
   * @param <T> the payload type
   * @param topic an existing topic
   * @param codec how payloads become bytes
   * @return a producer; cheap, thread-safe and without a life cycle of its own
   * @throws UnknownTopicException if there is no such topic
   */
  <T> Producer<T> producer(String topic, Codec<T> codec);

  /**
   * Joins a group as a new member. The caller closes the consumer.
   *
   * @param <T> the payload type
   * @param config group, topic and codec
   * @return a consumer, for one thread at a time
   * @throws UnknownTopicException if there is no such topic
   * @throws InvalidConfigException if the group has members with another {@link Ordering}, or no
   *     codec is there for the payload
   * @throws DiskFullException if the group has never read the topic, and there is no room to say so
   */
  <T> Consumer<T> consumer(ConsumerConfig<T> config);

  /**
   * Joins a group as a new member, with default settings.
   *
   * @param <T> the payload type
   * @param group the name of the group; it comes into being with its first member
   * @param topic an existing topic
   * @param payload the class of the payloads
   * @return a consumer, for one thread at a time
   * @throws UnknownTopicException if there is no such topic
   * @throws InvalidConfigException if the group has members with another {@link Ordering}, or no
   *     codec is there for the payload
   * @throws DiskFullException if the group has never read the topic, and there is no room to say so
   */
  default <T> Consumer<T> consumer(String group, String topic, Class<T> payload) {
    return consumer(ConsumerConfig.of(group, topic, payload));
  }

  /**
   * Reads a topic without a group. The caller closes the reader.
   *
   * @param <T> the payload type
   * @param config topic, codec and where to start
   * @return a reader, for one thread at a time
   * @throws UnknownTopicException if there is no such topic
   * @throws IllegalArgumentException if the topic has not the configured partitions
   */
  <T> Reader<T> reader(ReaderConfig<T> config);

  /**
   * The codec that producers and consumers of a payload type have, if they are given none.
   *
   * @param <T> the payload type
   * @param payload the class of the payloads
   * @return the codec
   * @throws InvalidConfigException if no codec handles the type
   */
  <T> Codec<T> codec(Class<T> payload);

  /**
   * The topics of this log.
   *
   * @return the topics, live
   */
  Topics topics();

  /**
   * The consumer groups of this log.
   *
   * @return the groups, live
   */
  Groups groups();

  /**
   * The transactions in doubt: prepared, with an outcome that this log does not know yet.
   *
   * @return the transactions in doubt, live
   */
  Transactions transactions();

  /**
   * Looks now for what is unsafe, or slow, about the directory, the transaction manager with its
   * recovery, and the {@linkplain LockstepConfig.Builder#participants participants}. An open does
   * the same. May take as long as these take to answer.
   *
   * @return what was found
   */
  Diagnosis diagnose();

  /**
   * Runs work in one transaction of the log alone: all its sends and acknowledgements become
   * visible together, or not at all. Inside an active transaction of the binding, or of an
   * enclosing call, the work joins that one and its owner decides.
   *
   * <p>When this returns, the transaction is committed and as durable as {@link Durability} says.
   * If the work throws, the transaction is rolled back and the exception is passed on.
   *
   * @param <R> the result type
   * @param <E> the checked exception that the work may throw
   * @param work what to do, on the calling thread
   * @return what the work returned
   * @throws E what the work threw
   * @throws TransactionRolledBackException if the commit was refused; nothing happened
   * @throws OutcomeUnknownException if the log failed during the commit
   */
  <R, E extends Exception> R inTransaction(Work<R, E> work) throws E;

  /**
   * Waits for commits under way, writes a checkpoint and gives the directory free. Transactions
   * that are not prepared are rolled back; prepared ones stay in doubt. Closing twice does nothing.
   */
  @Override
  void close();

  /**
   * Work for {@link #inTransaction}.
   *
   * @param <R> the result type
   * @param <E> the checked exception that it may throw
   */
  @FunctionalInterface
  interface Work<R, E extends Exception> {
    /**
     * Does the work.
     *
     * @return the result
     * @throws E to roll the transaction back
     */
    R run() throws E;
  }
}
