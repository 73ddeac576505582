package dev.lockstep.benchmarks.peers;

import dev.lockstep.benchmarks.harness.Load;
import dev.lockstep.benchmarks.harness.Pipeline;
import dev.lockstep.benchmarks.harness.Sample;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * Apache Kafka in this process, one node, on loopback: consume, transform, produce exactly once, a
 * transactional producer, a consumer and a partition for each thread.
 */
public final class Kafka implements Pipeline, AutoCloseable {
  private static final String IN = "in";
  private static final String OUT = "out";
  private static final String GROUP = "pipeline";
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final KafkaRaftServer server;
  private final KafkaProducer<byte[], byte[]> loader;
  private final List<Worker> workers;
  private final byte[] payload;

  private Kafka(
      KafkaRaftServer server,
      KafkaProducer<byte[], byte[]> loader,
      List<Worker> workers,
      byte[] payload) {
    this.server = server;
    this.loader = loader;
    this.workers = workers;
    this.payload = payload;
  }

  /** Starts a node on an empty directory. */
  public static Kafka start(Path directory, int threads, byte[] payload) throws Exception {
    List<Integer> ports = FreePorts.find(2);
    String broker = "127.0.0.1:" + ports.get(0);
    String controller = "127.0.0.1:" + ports.get(1);
    format(directory);
    KafkaRaftServer server =
        new KafkaRaftServer(
            new KafkaConfig(configuration(directory, broker, controller)), Time.SYSTEM);
    server.startup();
    createTopics(broker, threads);
    List<Worker> workers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      workers.add(Worker.open(broker, i));
    }
    return new Kafka(server, new KafkaProducer<>(producing(broker)), workers, payload);
  }

  private static void format(Path directory) throws Exception {
    new Formatter()
        .setPrintStream(System.err)
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(1)
        .addDirectory(directory.toString())
        .setMetadataLogDirectory(directory.toString())
        .setControllerListenerName("CONTROLLER")
        .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
        .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
        .run();
  }

  /** What config/server.properties of the distribution says for one node; all else as shipped. */
  private static Map<String, Object> configuration(
      Path directory, String broker, String controller) {
    return Map.ofEntries(
        Map.entry("node.id", "1"),
        Map.entry("process.roles", "broker,controller"),
        Map.entry("controller.quorum.voters", "1@" + controller),
        Map.entry("listeners", "PLAINTEXT://" + broker + ",CONTROLLER://" + controller),
        Map.entry("controller.listener.names", "CONTROLLER"),
        Map.entry("inter.broker.listener.name", "PLAINTEXT"),
        Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
        Map.entry("log.dirs", directory.toString()),
        Map.entry("offsets.topic.replication.factor", "1"),
        Map.entry("transaction.state.log.replication.factor", "1"),
        Map.entry("transaction.state.log.min.isr", "1"));
  }

  private static void createTopics(String broker, int partitions) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
      NewTopic in = new NewTopic(IN, partitions, (short) 1);
      NewTopic out = new NewTopic(OUT, partitions, (short) 1);
      admin.createTopics(List.of(in, out)).all().get();
    }
  }

  private static Map<String, Object> producing(String broker) {
    return Map.of(
        "bootstrap.servers",
        broker,
        "key.serializer",
        ByteArraySerializer.class,
        "value.serializer",
        ByteArraySerializer.class);
  }

  /** How it is set up, for the report. */
  public String setUp() {
    return "broker and controller in this process, clients over loopback; exactly once: one"
        + " transactional producer, read-committed consumer and partition a thread; flush settings"
        + " as shipped, that is without an fsync for a commit";
  }

  @Override
  public void load(int messages) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int i = 0; i < messages; i++) {
      sent.add(loader.send(new ProducerRecord<>(IN, i % workers.size(), null, payload)));
    }
    for (Future<RecordMetadata> one : sent) {
      one.get();
    }
  }

  @Override
  public Sample run(Duration time) throws Exception {
    return Load.run(workers.size(), time, thread -> workers.get(thread)::transform);
  }

  @Override
  public void close() {
    loader.close();
    workers.forEach(Worker::close);
    server.shutdown();
    server.awaitShutdown();
  }

  private record Worker(
      int partition,
      KafkaConsumer<byte[], byte[]> consumer,
      KafkaProducer<byte[], byte[]> producer) {

    static Worker open(String broker, int partition) {
      Map<String, Object> producing = new HashMap<>(producing(broker));
      producing.put("transactional.id", "pipeline-" + partition);
      KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(producing);
      producer.initTransactions();
      KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(consuming(broker));
      consumer.assign(List.of(new TopicPartition(IN, partition)));
      return new Worker(partition, consumer, producer);
    }

    private static Map<String, Object> consuming(String broker) {
      return Map.of(
          "bootstrap.servers",
          broker,
          "group.id",
          GROUP,
          "enable.auto.commit",
          "false",
          "isolation.level",
          "read_committed",
          "auto.offset.reset",
          "earliest",
          "max.poll.records",
          "1",
          "key.deserializer",
          ByteArrayDeserializer.class,
          "value.deserializer",
          ByteArrayDeserializer.class);
    }

    int transform() throws Exception {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(PATIENCE);
      for (ConsumerRecord<byte[], byte[]> record : records) {
        byte[] bytes = record.value().clone();
        bytes[0]++;
        producer.beginTransaction();
        Future<RecordMetadata> sent =
            producer.send(new ProducerRecord<>(OUT, partition, null, bytes));
        producer.sendOffsetsToTransaction(
            Map.of(
                new TopicPartition(record.topic(), record.partition()),
                new OffsetAndMetadata(record.offset() + 1)),
            consumer.groupMetadata());
        producer.commitTransaction();
        sent.get();
      }
      return records.count();
    }

    void close() {
      consumer.close();
      producer.close();
    }
  }
}
