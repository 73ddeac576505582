package dev.lockstep.engine.io;

import static dev.lockstep.engine.io.StorageContract.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DirectoryFileTest {
  private static final int ROUNDS = 300;

  @TempDir Path directory;

  /** One thread is interrupted all the time; another, which shares the file, must not notice. */
  @Test
  void noInterruptEndsAnOperationOrClosesTheFile() throws Exception {
    try (DirectoryStorage storage = DirectoryStorage.open(directory);
        StorageFile file = storage.create("a")) {
      CountDownLatch started = new CountDownLatch(2);
      FutureTask<Boolean> victim = new FutureTask<>(() -> work(storage, file, 0, started));
      FutureTask<Boolean> bystander = new FutureTask<>(() -> work(storage, file, 1, started));
      Thread victimThread = new Thread(victim, "victim");
      victimThread.start();
      new Thread(bystander, "bystander").start();
      started.await();
      do {
        victimThread.interrupt();
      } while (!victim.isDone());
      assertThat(victim.get()).as("the victim is still interrupted").isTrue();
      assertThat(bystander.get()).as("the bystander is interrupted").isFalse();
      assertThat(file.size()).isEqualTo(2L * ROUNDS * Long.BYTES);
    }
  }

  /** Uses the file in every way, and answers whether it was interrupted at the end. */
  private static boolean work(Storage storage, StorageFile file, int part, CountDownLatch started)
      throws IOException, InterruptedException {
    started.countDown();
    boolean interrupted = false;
    for (int round = 0; round < ROUNDS; round++) {
      long offset = (2L * round + part) * Long.BYTES;
      file.write(offset, ByteBuffer.allocate(Long.BYTES).putLong(0, offset));
      file.force();
      storage.forceDirectory();
      ByteBuffer target = ByteBuffer.allocate(Long.BYTES);
      assertThat(file.read(offset, target)).isEqualTo(Long.BYTES);
      assertThat(target.getLong(0)).isEqualTo(offset);
      assertThat(storage.names()).containsExactly("a");
      interrupted |= Thread.currentThread().isInterrupted();
    }
    return interrupted;
  }

  /** A thread that a channel starts for itself would keep the class loader of its time. */
  @Test
  void worksOnTheCallingThread() throws IOException {
    Path full = Path.of("/dev/full");
    assumeThat(full).exists();
    try (StorageFile file = DirectoryFile.open(full, StandardOpenOption.WRITE)) {
      assertThatThrownBy(() -> file.write(0, bytes("abc")))
          .cause()
          .satisfies(
              failure ->
                  assertThat(failure.getStackTrace())
                      .extracting(StackTraceElement::getClassName)
                      .contains(DirectoryFileTest.class.getName()));
    }
  }

  @Test
  void aFullDiskIsNamed() throws IOException {
    Path full = Path.of("/dev/full");
    assumeThat(full).exists();
    try (StorageFile file = DirectoryFile.open(full, StandardOpenOption.WRITE)) {
      ByteBuffer source = bytes("abc");
      assertThatThrownBy(() -> file.write(0, source))
          .isInstanceOf(OutOfSpaceException.class)
          .hasMessageContaining("/dev/full")
          .hasMessageContaining("free some")
          .hasCauseInstanceOf(IOException.class);
      assertThat(source.limit()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "No space left on device",
        "Disk quota exceeded",
        "There is not enough space on the disk",
      })
  void anErrorOfAFullDiskIsTold(String reason) {
    Path file = directory.resolve("a");
    assertThat(DirectoryFile.named(new IOException(reason), file, 1))
        .isInstanceOf(OutOfSpaceException.class);
    assertThat(DirectoryFile.named(new FileSystemException("a", null, reason), file, 1))
        .isInstanceOf(OutOfSpaceException.class);
  }

  @Test
  void anErrorInAnotherLanguageIsToldByTheFreeSpace() {
    IOException failure = new IOException("Auf dem Gerät ist kein Speicherplatz mehr verfügbar");
    Path withoutSpace = Path.of("/proc/self/status");
    assumeThat(withoutSpace).exists();
    assertThat(DirectoryFile.named(failure, withoutSpace, 1))
        .isInstanceOf(OutOfSpaceException.class);
  }

  @Test
  void anyOtherErrorStaysAsItIs() {
    Path file = directory.resolve("a");
    IOException failure = new IOException("Input/output error");
    assertThat(DirectoryFile.named(failure, file, 1)).isSameAs(failure);
    IOException silent = new IOException();
    assertThat(DirectoryFile.named(silent, file, 1)).isSameAs(silent);
  }
}
