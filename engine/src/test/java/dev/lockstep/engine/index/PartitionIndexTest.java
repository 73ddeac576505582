package dev.lockstep.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.log.FrameRef;
import dev.lockstep.spi.Envelope.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index of a partition against a plain map, over stores, new lives, drops, moves and trims. */
@Timeout(120)
class PartitionIndexTest {
  private static final long SEGMENT = 1 << 20;
  private static final int FRAME = 128;

  private final PowerCutStorage storage = new PowerCutStorage(1);
  private final IndexFiles files = new IndexFiles(storage);
  private final ChunkFiles chunks = new ChunkFiles(files, 3, 2, SEGMENT);
  private final TreeMap<Long, IndexEntry> model = new TreeMap<>();
  private PartitionIndex index = new PartitionIndex(chunks, SEGMENT, PartitionManifest.EMPTY);
  private long position = 4096;

  private void add(int count) {
    for (int i = 0; i < count; i++) {
      long offset = index.end();
      Kind kind = offset % 7 == 0 ? Kind.TOMBSTONE : Kind.MESSAGE;
      Traits traits = new Traits(0, kind, (int) offset + 1, 0);
      FrameRef frame = new FrameRef(position, FRAME);
      position += FRAME;
      long time = offset / 10;
      index.add(new MessageRef(3, 2, frame, traits), time);
      model.put(offset, new IndexEntry(offset, time, frame, traits));
    }
  }

  private void drop(LongStream offsets) {
    long[] dropped = offsets.filter(model::containsKey).sorted().distinct().toArray();
    index.drop(dropped);
    LongStream.of(dropped).forEach(model::remove);
  }

  private void trim(long first) {
    index.trim(first);
    model.headMap(first).clear();
  }

  private void move(long offset) {
    IndexEntry entry = model.get(offset);
    if (entry != null) {
      index.move(offset, entry.frame().position(), position);
      model.put(offset, entry.at(position));
      position += FRAME;
    }
  }

  private PartitionManifest store() throws IOException {
    PartitionIndex.Written written = index.write(index.end());
    written.use();
    return written.manifest();
  }

  /** What a checkpoint and the next open make of it. */
  private void reopen(PartitionManifest manifest) {
    ByteBuffer buffer = ByteBuffer.allocate(manifest.encodedLength());
    manifest.put(buffer);
    assertThat(buffer.hasRemaining()).isFalse();
    index = new PartitionIndex(chunks, SEGMENT, PartitionManifest.get(buffer.flip()));
    assertThat(index.incompleteFile()).isEmpty();
  }

  private void assertSame() throws IOException {
    assertThat(index.entries(0, Integer.MAX_VALUE)).isEqualTo(List.copyOf(model.values()));
    long live = model.values().stream().map(entry -> entry.frame().position()).distinct().count();
    assertThat(index.bytes()).isEqualTo(live * FRAME);
  }

  private void assertSameAt(long offset) throws IOException {
    List<IndexEntry> expected = model.tailMap(offset).values().stream().limit(200).toList();
    assertThat(index.entries(offset, 200)).isEqualTo(expected);
    assertThat(index.entry(offset)).isEqualTo(java.util.Optional.ofNullable(model.get(offset)));
    long to = offset + 40_000;
    assertThat(index.count(offset, to)).isEqualTo(model.subMap(offset, to).size());
    Instant time = Instant.ofEpochMilli(offset / 10);
    assertThat(index.offsetAt(time).stream().boxed().toList())
        .isEqualTo(
            model.values().stream()
                .filter(entry -> entry.time() >= offset / 10)
                .map(IndexEntry::offset)
                .limit(1)
                .toList());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void itIsWhatAPlainMapIs(long seed) throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < 60; i++) {
      long end = index.end();
      switch (random.nextInt(8)) {
        case 0, 1 -> add(random.nextInt(20_000));
        case 2 -> drop(random.longs(random.nextInt(3_000), 0, end + 1));
        case 3 -> drop(LongStream.range(end / 3, end / 2).filter(n -> n % 10 != 0));
        case 4 -> random.longs(500, 0, end + 1).forEach(this::move);
        case 5 -> trim(Math.min(end, index.first() + random.nextInt(5_000)));
        case 6 -> store();
        default -> {
          reopen(store());
          retain();
        }
      }
      for (int n = 0; n < 5; n++) {
        assertSameAt(random.nextLong(index.end() + 2));
      }
    }
    assertSame();
    reopen(store());
    retain();
    assertSame();
  }

  private void retain() throws IOException {
    Set<String> named = new HashSet<>();
    index.snapshot().forEach(chunk -> named.add(chunk.name().file()));
    files.retain(named);
    assertThat(storage.names()).containsExactlyInAnyOrderElementsOf(named);
  }

  @Test
  void thinNeighboursArePutTogether() throws IOException {
    add(3 * Chunk.CAPACITY + 10);
    store();
    assertThat(index.snapshot()).hasSize(4);
    drop(LongStream.range(0, 3L * Chunk.CAPACITY).filter(n -> n % 20 != 0));
    store();
    assertThat(index.snapshot()).hasSize(1);
    assertSame();
    assertThat(index.snapshot().get(0).info().size()).isEqualTo(model.size());
  }

  @Test
  void whatAnEarlierCheckpointNamesStaysAsItWas() throws IOException {
    add(1000);
    PartitionManifest earlier = store();
    Map<Long, IndexEntry> then = new TreeMap<>(model);
    add(500);
    drop(LongStream.range(100, 900));
    move(3);
    trim(2);
    store();
    add(50);
    store();
    assertSame();
    reopen(earlier);
    assertThat(index.entries(0, Integer.MAX_VALUE)).isEqualTo(List.copyOf(then.values()));
  }

  @Test
  void theManifestKnowsWhatIsAlive() throws IOException {
    add(20_000);
    store();
    trim(5_000);
    drop(LongStream.range(8_000, 12_000));
    move(15_000);
    PartitionManifest manifest = store();
    LiveBytes live = new LiveBytes();
    manifest.chunks().forEach(chunk -> live.addAll(chunk.live()));
    LiveBytes expected = new LiveBytes();
    model.values().forEach(entry -> expected.add(entry.frame().position() / SEGMENT, FRAME));
    assertThat(live.segments()).isEqualTo(expected.segments());
    for (long segment : expected.segments()) {
      assertThat(live.of(segment)).isEqualTo(expected.of(segment));
      List<IndexEntry> references = new ArrayList<>();
      index.references(segment, references::add);
      assertThat(references)
          .isEqualTo(
              model.values().stream()
                  .filter(entry -> entry.frame().position() / SEGMENT == segment)
                  .toList());
    }
  }

  @Test
  void bytesAreCountedFromTheEnd() throws IOException {
    add(1000);
    store();
    add(10);
    assertThat(index.firstWithin(1010 * FRAME)).isEqualTo(0);
    assertThat(index.firstWithin(1010 * FRAME - 1)).isEqualTo(1);
    assertThat(index.firstWithin(5 * FRAME)).isEqualTo(1005);
    trim(100);
    drop(LongStream.range(100, 200));
    assertThat(index.firstWithin(810 * FRAME)).isEqualTo(100);
    assertThat(index.firstWithin(809 * FRAME)).isEqualTo(201);
    assertThat(index.firstWithin(0)).isEqualTo(1010);
  }

  @Test
  void aMoveOfWhatHasMovedDoesNothing() throws IOException {
    add(10);
    index.move(4, 77, 4096);
    assertSame();
    drop(LongStream.of(5));
    index.move(5, 4096 + 5 * FRAME, 4096);
    assertSame();
    store();
    drop(LongStream.of(6));
    index.move(6, 4096 + 6 * FRAME, 4096);
    assertSame();
  }

  @Test
  void readersDoNotNoticeThatFilesAreWrittenAnew() throws Exception {
    add(40_000);
    reopen(store());
    AtomicBoolean done = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread reader = new Thread(() -> readUntil(done, failure));
    reader.start();
    for (int i = 0; i < 40; i++) {
      int part = i;
      drop(LongStream.range(0, 40_000).filter(n -> n % 2 == 1 && n / 2 % 40 == part));
      store();
      retain();
    }
    done.set(true);
    reader.join();
    assertThat(failure.get()).isNull();
    assertSame();
  }

  /** Reads what is never dropped: the even offsets. */
  private void readUntil(AtomicBoolean done, AtomicReference<Throwable> failure) {
    try {
      while (!done.get()) {
        List<Long> even =
            index.entries(0, Integer.MAX_VALUE).stream()
                .map(IndexEntry::offset)
                .filter(offset -> offset % 2 == 0)
                .toList();
        assertThat(even).hasSize(20_000).isSorted().doesNotHaveDuplicates();
        assertThat(index.count(0, 40_000)).isGreaterThanOrEqualTo(20_000);
        assertThat(index.offsetAt(Instant.EPOCH)).hasValue(0);
      }
    } catch (IOException | RuntimeException | Error e) {
      failure.set(e);
    }
  }

  @Test
  void everyDamagedByteOfAnEntryIsFound() throws IOException {
    add(300);
    PartitionManifest manifest = store();
    String file = manifest.files(3, 2).keySet().iterator().next();
    for (int at : new int[] {0, 9, 63, 4063, 4064, 4067, 4096 + 31, 2 * 4096 + 46 * 32 - 1}) {
      byte[] content = storage.contents(file).clone();
      storage.damage(file, at, (byte) (content[at] ^ 1));
      reopen(manifest);
      assertThatThrownBy(() -> index.entries(0, 300))
          .as("byte %s", at)
          .isInstanceOf(CorruptLogException.class)
          .hasMessageContaining("file '" + file + "' in memory is damaged at byte ");
      storage.damage(file, at, content[at]);
    }
    reopen(manifest);
    assertSame();
  }

  @Test
  void manyFilesAreReadThroughFewHandles() throws IOException {
    List<PartitionIndex> partitions = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      ChunkFiles own = new ChunkFiles(files, 9, i, SEGMENT);
      PartitionIndex one = new PartitionIndex(own, SEGMENT, PartitionManifest.EMPTY);
      one.add(new MessageRef(9, i, new FrameRef(4096L + i, FRAME), Traits.PLAIN), 1);
      one.write(1).use();
      partitions.add(one);
    }
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 600; i++) {
        assertThat(partitions.get(i).entries(0, 10).get(0).frame().position()).isEqualTo(4096 + i);
      }
    }
  }
}
