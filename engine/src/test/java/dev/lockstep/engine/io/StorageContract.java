package dev.lockstep.engine.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every storage does, whatever it is made of. */
@Timeout(60)
abstract class StorageContract {
  private Storage storage;

  /** Opens an empty storage. */
  abstract Storage open() throws IOException;

  @BeforeEach
  void openStorage() throws IOException {
    storage = open();
  }

  @AfterEach
  void closeStorage() throws IOException {
    // A test that interrupts its thread must not do it to the next one.
    Thread.interrupted();
    storage.close();
  }

  @Test
  void aNewStorageHasNoFiles() throws IOException {
    assertThat(storage.names()).isEmpty();
  }

  @Test
  void readsWhatWasWritten() throws IOException {
    try (StorageFile file = storage.create("a")) {
      file.write(0, bytes("hello world"));
      file.write(6, bytes("there"));
      assertThat(text(file)).isEqualTo("hello there");
      assertThat(file.size()).isEqualTo(11);
    }
    try (StorageFile file = storage.open("a")) {
      assertThat(text(file)).isEqualTo("hello there");
    }
  }

  @Test
  void writesOnlyWhatRemainsAndTakesIt() throws IOException {
    try (StorageFile file = storage.create("a")) {
      ByteBuffer source = bytes("0123456789").position(2).limit(5);
      file.write(0, source);
      assertThat(text(file)).isEqualTo("234");
      assertThat(source.position()).isEqualTo(5);
      assertThat(source.limit()).isEqualTo(5);
    }
  }

  @Test
  void takesDirectBuffersToo() throws IOException {
    try (StorageFile file = storage.create("a")) {
      file.write(3, ByteBuffer.allocateDirect(3).put(bytes("abc")).flip());
      ByteBuffer target = ByteBuffer.allocateDirect(6);
      assertThat(file.read(0, target)).isEqualTo(6);
      assertThat(UTF_8.decode(target.flip()).toString()).isEqualTo("\0\0\0abc");
    }
  }

  @Test
  void writesAndReadsMoreThanOneTransfer() throws IOException {
    byte[] pattern = new byte[(5 << 20) / 2 + 17];
    for (int i = 0; i < pattern.length; i++) {
      pattern[i] = (byte) (i * 31 + (i >> 12));
    }
    try (StorageFile file = storage.create("a")) {
      file.write(5, ByteBuffer.wrap(pattern));
      ByteBuffer target = ByteBuffer.allocate(pattern.length + 100);
      assertThat(file.read(5, target)).isEqualTo(pattern.length);
      assertThat(target.limit()).isEqualTo(target.capacity());
      byte[] read = new byte[pattern.length];
      target.flip().get(read);
      assertThat(read).isEqualTo(pattern);
    }
  }

  @Test
  void aWriteBehindTheEndLeavesZeros() throws IOException {
    try (StorageFile file = storage.create("a")) {
      file.write(0, bytes("x"));
      file.write(2000, bytes("y"));
      assertThat(file.size()).isEqualTo(2001);
      assertThat(text(file)).isEqualTo("x" + "\0".repeat(1999) + "y");
    }
  }

  @Test
  void readsUpToTheEnd() throws IOException {
    try (StorageFile file = storage.create("a")) {
      file.write(0, bytes("12345"));
      ByteBuffer target = ByteBuffer.allocate(10).position(1);
      assertThat(file.read(2, target)).isEqualTo(3);
      assertThat(target.position()).isEqualTo(4);
      assertThat(target.limit()).isEqualTo(10);
      assertThat(file.read(5, target)).isZero();
      assertThat(file.read(500, target)).isZero();
      assertThat(file.read(0, ByteBuffer.allocate(0))).isZero();
    }
  }

  @Test
  void anEmptyWriteChangesNothing() throws IOException {
    try (StorageFile file = storage.create("a")) {
      file.write(100, ByteBuffer.allocate(0));
      assertThat(file.size()).isZero();
    }
  }

  @Test
  void truncatesAndGrowsAgainWithZeros() throws IOException {
    try (StorageFile file = storage.create("a")) {
      file.write(0, bytes("0123456789"));
      file.truncate(4);
      assertThat(text(file)).isEqualTo("0123");
      file.write(6, bytes("x"));
      assertThat(text(file)).isEqualTo("0123\0\0x");
    }
  }

  @Test
  void refusesToTruncateToMore() throws IOException {
    try (StorageFile file = storage.create("a")) {
      file.write(0, bytes("0123"));
      assertThatThrownBy(() -> file.truncate(5)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> file.truncate(-1)).isInstanceOf(IllegalArgumentException.class);
      assertThat(text(file)).isEqualTo("0123");
    }
  }

  @Test
  void refusesNegativeOffsets() throws IOException {
    try (StorageFile file = storage.create("a")) {
      assertThatThrownBy(() -> file.write(-1, bytes("x")))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> file.read(-1, ByteBuffer.allocate(1)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void listsNamesInOrder() throws IOException {
    for (String name : List.of("b", "segment-2", "a", "segment-10")) {
      storage.create(name).close();
    }
    assertThat(storage.names()).containsExactly("a", "b", "segment-10", "segment-2");
  }

  @Test
  void doesNotOpenAFileThatIsAbsent() {
    assertThatThrownBy(() -> storage.open("a")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> storage.rename("a", "b")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void createReplacesAFileButNotUnderItsReaders() throws IOException {
    try (StorageFile old = storage.create("a")) {
      old.write(0, bytes("old"));
      try (StorageFile young = storage.create("a")) {
        assertThat(young.size()).isZero();
        assertThat(text(old)).isEqualTo("old");
        young.write(0, bytes("young"));
        assertThat(text(old)).isEqualTo("old");
      }
    }
    assertThat(contents("a")).isEqualTo("young");
  }

  @Test
  void renameReplacesAndKeepsHandles() throws IOException {
    write("b", "old");
    try (StorageFile file = storage.create("a");
        StorageFile replaced = storage.open("b")) {
      file.write(0, bytes("new"));
      storage.rename("a", "b");
      file.write(3, bytes("er"));
      assertThat(storage.names()).containsExactly("b");
      assertThat(contents("b")).isEqualTo("newer");
      assertThat(text(replaced)).isEqualTo("old");
    }
  }

  @Test
  void renameToItselfKeepsTheFile() throws IOException {
    write("a", "same");
    storage.rename("a", "a");
    assertThat(contents("a")).isEqualTo("same");
  }

  @Test
  void deleteKeepsHandlesAndIgnoresWhatIsAbsent() throws IOException {
    try (StorageFile file = storage.create("a")) {
      file.write(0, bytes("x"));
      storage.delete("a");
      storage.delete("a");
      assertThat(storage.names()).isEmpty();
      file.write(1, bytes("y"));
      file.force();
      assertThat(text(file)).isEqualTo("xy");
    }
    assertThatThrownBy(() -> storage.open("a")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void twoHandlesSeeOneFile() throws IOException {
    write("a", "1");
    try (StorageFile one = storage.open("a");
        StorageFile two = storage.open("a")) {
      one.write(1, bytes("2"));
      assertThat(text(two)).isEqualTo("12");
      two.truncate(1);
      assertThat(one.size()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", ".hidden", "a/b", "../a", "a\\b", "lock", "a b", "ü"})
  void refusesNamesThatAreNotPlain(String name) {
    assertThatThrownBy(() -> storage.create(name)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage.open(name)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage.delete(name)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage.rename("a", name)).isInstanceOf(Exception.class);
  }

  @Test
  void aClosedFileFailsAndClosesAgain() throws IOException {
    StorageFile file = storage.create("a");
    file.write(0, bytes("x"));
    file.close();
    file.close();
    assertClosed(() -> file.read(0, ByteBuffer.allocate(1)));
    assertClosed(file::size);
    assertClosed(
        () -> {
          file.write(0, bytes("y"));
          return "";
        });
    assertClosed(
        () -> {
          file.force();
          return "";
        });
    assertClosed(
        () -> {
          file.truncate(0);
          return "";
        });
    assertThat(contents("a")).isEqualTo("x");
  }

  @Test
  void aClosedStorageFailsAndClosesAgain() throws IOException {
    write("a", "x");
    storage.close();
    storage.close();
    assertClosed(storage::names);
    assertClosed(() -> storage.open("a"));
    assertClosed(() -> storage.create("b"));
    assertClosed(
        () -> {
          storage.rename("a", "b");
          return "";
        });
    assertClosed(
        () -> {
          storage.delete("a");
          return "";
        });
    assertClosed(
        () -> {
          storage.forceDirectory();
          return "";
        });
  }

  @Test
  void anInterruptedThreadDoesAllOfItAndStaysInterrupted() throws IOException {
    Thread.currentThread().interrupt();
    try (StorageFile file = storage.create("a")) {
      file.write(0, bytes("abc"));
      file.force();
      file.truncate(2);
      assertThat(text(file)).isEqualTo("ab");
      storage.rename("a", "b");
      storage.forceDirectory();
      assertThat(storage.names()).containsExactly("b");
      try (StorageFile again = storage.open("b")) {
        assertThat(text(again)).isEqualTo("ab");
      }
      storage.delete("b");
      storage.forceDirectory();
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
      file.write(0, bytes("still open"));
      file.force();
    }
  }

  @Test
  void threadsWriteForceAndReadOneFileAtOnce() throws Exception {
    int threads = 4;
    int rounds = 50;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try (StorageFile file = storage.create("a")) {
      List<Callable<Void>> tasks =
          IntStream.range(0, threads)
              .<Callable<Void>>mapToObj(
                  thread ->
                      () -> {
                        for (int round = 0; round < rounds; round++) {
                          byte[] block = new byte[100];
                          Arrays.fill(block, (byte) (thread * rounds + round));
                          long offset = 100L * (round * threads + thread);
                          file.write(offset, ByteBuffer.wrap(block));
                          file.force();
                          ByteBuffer target = ByteBuffer.allocate(100);
                          assertThat(file.read(offset, target)).isEqualTo(100);
                          assertThat(target.array()).isEqualTo(block);
                        }
                        return null;
                      })
              .toList();
      for (Future<Void> task : executor.invokeAll(tasks)) {
        task.get();
      }
      assertThat(file.size()).isEqualTo(100L * threads * rounds);
    } finally {
      executor.shutdownNow();
    }
  }

  final Storage storage() {
    return storage;
  }

  final void write(String name, String text) throws IOException {
    try (StorageFile file = storage.create(name)) {
      file.write(0, bytes(text));
    }
  }

  final String contents(String name) throws IOException {
    try (StorageFile file = storage.open(name)) {
      return text(file);
    }
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  static String text(StorageFile file) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(Math.toIntExact(file.size()));
    assertThat(file.read(0, target)).isEqualTo(target.capacity());
    return UTF_8.decode(target.flip()).toString();
  }

  private static void assertClosed(Callable<?> call) {
    assertThatThrownBy(call::call).isInstanceOf(ClosedChannelException.class);
  }
}
