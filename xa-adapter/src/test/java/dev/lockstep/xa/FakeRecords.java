package dev.lockstep.xa;

import dev.lockstep.spi.TransactionRecords;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Records in memory, which can be told to fail. */
public final class FakeRecords implements TransactionRecords {
  private final Map<Key, byte[]> records = new LinkedHashMap<>();
  private @Nullable RuntimeException failure;

  private record Key(String type, ByteBuffer id) {}

  private static Key key(String type, byte[] id) {
    return new Key(type, ByteBuffer.wrap(id.clone()));
  }

  /** Makes every call throw. */
  public synchronized void fail(RuntimeException cause) {
    failure = cause;
  }

  /** Nothing fails any more. */
  public synchronized void heal() {
    failure = null;
  }

  /** How many there are. */
  public synchronized int size() {
    return records.size();
  }

  private void called() {
    RuntimeException cause = failure;
    if (cause != null) {
      throw cause;
    }
  }

  @Override
  public synchronized void write(String type, byte[] id, byte[] value) {
    called();
    records.put(key(type, id), value.clone());
  }

  @Override
  public synchronized void remove(String type, byte[] id) {
    called();
    records.remove(key(type, id));
  }

  @Override
  public synchronized Optional<byte[]> read(String type, byte[] id) {
    called();
    return Optional.ofNullable(records.get(key(type, id)));
  }

  @Override
  public synchronized List<byte[]> keys(String type) {
    called();
    return records.keySet().stream()
        .filter(key -> key.type().equals(type))
        .map(key -> key.id().array())
        .toList();
  }

  @Override
  public synchronized Set<String> types() {
    called();
    return records.keySet().stream().map(Key::type).collect(Collectors.toSet());
  }
}
