package dev.lockstep.engine.client;

import dev.lockstep.Message;
import dev.lockstep.Reader;
import dev.lockstep.ReaderConfig;
import dev.lockstep.StartFrom;
import dev.lockstep.WakeupException;
import dev.lockstep.spi.Cursor;
import dev.lockstep.spi.Subscription.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** Reads a topic without a group, through a cursor. */
final class TopicReader<T> implements Reader<T> {
  private final ReaderConfig<T> config;
  private final String what;
  private final Decoder<T> decoder;
  private final Cursor cursor;
  private final Places places;
  private final Access access;

  TopicReader(
      ReaderConfig<T> config,
      Decoder<T> decoder,
      Cursor cursor,
      Places places,
      Consumer<Reader<?>> onClose) {
    this.config = config;
    this.what = "'" + config.topic() + "'";
    this.decoder = decoder;
    this.cursor = cursor;
    this.places = places;
    this.access =
        new Access(
            "reader",
            what,
            () -> {
              onClose.accept(this);
              cursor.close();
            });
    if (config.startFrom() == StartFrom.LATEST) {
      seekToEnd();
    }
  }

  @Override
  public String topic() {
    return config.topic();
  }

  @Override
  public Set<Integer> partitions() {
    return access.alone("partitions", cursor::partitions);
  }

  @Override
  public List<Message<T>> poll(Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException(
          "poll of " + what + ": the timeout " + timeout + " is negative");
    }
    return access.outermost(
        "poll",
        () -> {
          try {
            return pollAlone(timeout);
          } catch (WakeupException e) {
            access.requireOpen("poll");
            throw e;
          }
        });
  }

  private List<Message<T>> pollAlone(Duration timeout) {
    List<Delivery> deliveries = cursor.fetch(config.maxPollMessages(), timeout);
    try {
      return decoder.decode(deliveries);
    } catch (RuntimeException | Error failure) {
      Map<Integer, Long> starts = new LinkedHashMap<>();
      deliveries.forEach(one -> starts.putIfAbsent(one.partition(), one.coversFrom()));
      starts.forEach(cursor::seek);
      throw failure;
    }
  }

  @Override
  public long position(int partition) {
    return access.alone("position", () -> cursor.position(partition));
  }

  @Override
  public void seek(int partition, long offset) {
    seek(partitions -> Map.of(partition, offset));
  }

  @Override
  public void seekToBeginning() {
    seek(places::beginnings);
  }

  @Override
  public void seekToEnd() {
    seek(places::ends);
  }

  @Override
  public void seekToTime(Instant time) {
    seek(partitions -> places.at(partitions, time));
  }

  private void seek(Function<Set<Integer>, Map<Integer, Long>> target) {
    access.alone(
        "seek",
        () -> {
          Map<Integer, Long> offsets = target.apply(cursor.partitions());
          offsets.forEach(cursor::seek);
          return offsets;
        });
  }

  @Override
  public void wakeup() {
    cursor.wakeup();
  }

  @Override
  public void close() {
    access.close(cursor::wakeup);
  }
}
