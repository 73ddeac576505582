package dev.lockstep.engine.client;

import dev.lockstep.Codec;
import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.Lockstep.Work;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Producer;
import dev.lockstep.Reader;
import dev.lockstep.ReaderConfig;
import dev.lockstep.Topics;
import dev.lockstep.Topics.TopicInfo;
import dev.lockstep.UnknownTopicException;
import dev.lockstep.spi.Cursor;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.TransactionalLog;
import java.time.Clock;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The part of {@link dev.lockstep.Lockstep} that sends and consumes, over any log. Its methods keep
 * the contract of those of the same name there. Thread-safe.
 */
public final class Client {
  private final TransactionalLog log;
  private final Topics topics;
  private final Codecs codecs;
  private final Clock clock;
  private final ProducerInterceptors producerInterceptors;
  private final ConsumerInterceptors consumerInterceptors;
  private final CurrentTransaction transactions;
  private final Lifecycle lifecycle;
  private final Set<Consumer<?>> consumers = ConcurrentHashMap.newKeySet();
  private final Set<Reader<?>> readers = ConcurrentHashMap.newKeySet();

  /**
   * A client of an open log.
   *
   * @param config codecs, interceptors, transaction binding, and what to do outside a transaction
   * @param log the log
   * @param topics the topics of the log
   * @param clock the time of sends
   */
  public Client(LockstepConfig config, TransactionalLog log, Topics topics, Clock clock) {
    this.log = log;
    this.topics = topics;
    this.clock = clock;
    this.codecs = Codecs.of(config.codecs());
    this.producerInterceptors = new ProducerInterceptors(config.producerInterceptors());
    this.consumerInterceptors = new ConsumerInterceptors(config.consumerInterceptors());
    this.transactions = new CurrentTransaction(config, log);
    this.lifecycle = new Lifecycle(config.dataDir());
  }

  /**
   * A producer whose codec is found by the payload type.
   *
   * @param <T> the payload type
   * @param topic an existing topic
   * @param payload the class of the payloads
   * @return the producer
   */
  public <T> Producer<T> producer(String topic, Class<T> payload) {
    return producer(topic, codecs.forType(payload));
  }

  /**
   * A producer with an explicit codec.
   *
   * @param <T> the payload type
   * @param topic an existing topic
   * @param codec how payloads become bytes
   * @return the producer
   */
  public <T> Producer<T> producer(String topic, Codec<T> codec) {
    lifecycle.requireOpen("producer for '" + topic + "'");
    requireTopic(topic);
    EnvelopeMaker<T> envelopes =
        new EnvelopeMaker<>(topic, Objects.requireNonNull(codec, "codec"), clock);
    return new BranchProducer<>(topic, producerInterceptors, envelopes, transactions, lifecycle);
  }

  /**
   * Joins a group.
   *
   * @param <T> the payload type
   * @param config group, topic and codec
   * @return the consumer
   */
  public <T> Consumer<T> consumer(ConsumerConfig<T> config) {
    String call = "consumer of '" + config.topic() + "' in group '" + config.group() + "'";
    lifecycle.requireOpen(call);
    Places places = new Places(requireTopic(config.topic()));
    Codec<T> codec = config.codec().or(() -> config.payload().map(codecs::forType)).orElseThrow();
    Decoder<T> decoder = Decoder.ofGroup(config, codec, consumerInterceptors);
    Subscription subscription = log.subscribe(config.subscription());
    Consumer<T> consumer =
        new GroupConsumer<>(config, decoder, subscription, places, transactions, consumers::remove);
    consumers.add(consumer);
    try {
      // Again: a close between the first look and the line above has not seen this one.
      lifecycle.requireOpen(call);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
    return consumer;
  }

  /**
   * Reads a topic without a group.
   *
   * @param <T> the payload type
   * @param config topic, codec and where to start
   * @return the reader
   */
  public <T> Reader<T> reader(ReaderConfig<T> config) {
    String call = "reader of '" + config.topic() + "'";
    lifecycle.requireOpen(call);
    Places places = new Places(requireTopic(config.topic()));
    Codec<T> codec = config.codec().or(() -> config.payload().map(codecs::forType)).orElseThrow();
    Decoder<T> decoder = Decoder.ofReader(config, codec);
    Cursor cursor = log.read(config.topic(), config.partitions());
    Reader<T> reader = new TopicReader<>(config, decoder, cursor, places, readers::remove);
    readers.add(reader);
    try {
      lifecycle.requireOpen(call); // as for consumers
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
    return reader;
  }

  /**
   * The codec of a payload type.
   *
   * @param <T> the payload type
   * @param payload the class of the payloads
   * @return the codec
   */
  public <T> Codec<T> codec(Class<T> payload) {
    return codecs.forType(payload);
  }

  /**
   * Runs work in the thread's transaction, or else in one of the log alone.
   *
   * @param <R> the result type
   * @param <E> the checked exception that the work may throw
   * @param work what to do
   * @return what the work returned
   * @throws E what the work threw
   */
  public <R, E extends Exception> R inTransaction(Work<R, E> work) throws E {
    lifecycle.requireOpen("transaction");
    return transactions.run(work);
  }

  /**
   * Refuses all later calls, wakes the polls and closes consumers and readers. Does not wait for
   * them. To be called before the log closes; closing twice does nothing.
   */
  public void close() {
    if (lifecycle.close()) {
      consumers.forEach(Consumer::close);
      readers.forEach(Reader::close);
    }
  }

  private TopicInfo requireTopic(String topic) {
    return topics
        .find(topic)
        .orElseThrow(
            () ->
                new UnknownTopicException(
                    "there is no topic '"
                        + topic
                        + "'. Create it with lockstep.topics().create(TopicConfig.of(\""
                        + topic
                        + "\")), or correct the name"));
  }
}
