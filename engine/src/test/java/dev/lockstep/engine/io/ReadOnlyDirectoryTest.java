package dev.lockstep.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.DirectoryHeldException;
import dev.lockstep.InvalidConfigException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReadOnlyDirectoryTest {
  @TempDir Path directory;

  private void write(String name, String text) throws IOException {
    try (DirectoryStorage storage = DirectoryStorage.open(directory);
        StorageFile file = storage.create(name)) {
      file.write(0, StandardCharsets.UTF_8.encode(text));
    }
  }

  /** Names, contents and times of all files, the lock file among them. */
  private Map<String, String> state() throws IOException {
    Map<String, String> state = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        FileTime changed = Files.getLastModifiedTime(file);
        state.put(file.getFileName().toString(), Files.readString(file) + changed);
      }
    }
    return state;
  }

  @Test
  void readsAndLeavesNoTrace() throws IOException {
    write("file", "text");
    Map<String, String> before = state();
    try (ReadOnlyDirectory storage = ReadOnlyDirectory.open(directory)) {
      assertThat(storage.names()).containsExactly("file");
      try (StorageFile file = storage.open("file")) {
        ByteBuffer read = ByteBuffer.allocate(4);
        assertThat(file.read(0, read)).isEqualTo(4);
        assertThat(file.size()).isEqualTo(4);
        assertThat(read.array()).isEqualTo("text".getBytes(StandardCharsets.UTF_8));
      }
    }
    assertThat(state()).isEqualTo(before);
    assertThat(System.getProperties().stringPropertyNames())
        .noneMatch(name -> name.startsWith("dev.lockstep.held."));
  }

  @Test
  void aDirectoryWithoutALockFileGetsNone() throws IOException {
    Files.writeString(directory.resolve("file"), "text");
    Map<String, String> before = state();
    try (ReadOnlyDirectory storage = ReadOnlyDirectory.open(directory)) {
      assertThat(storage.names()).containsExactly("file");
    }
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void everythingThatWouldChangeItIsRefused() throws IOException {
    write("file", "text");
    Map<String, String> before = state();
    try (ReadOnlyDirectory storage = ReadOnlyDirectory.open(directory);
        StorageFile file = storage.open("file")) {
      assertThatThrownBy(() -> storage.create("new"))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> storage.rename("file", "new"))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> storage.delete("file"))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(storage::forceDirectory).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> file.write(0, ByteBuffer.allocate(1)))
          .isInstanceOf(NonWritableChannelException.class);
      assertThatThrownBy(() -> file.truncate(0)).isInstanceOf(NonWritableChannelException.class);
    }
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void theHolderInAnotherProcessIsNamedAndKeepsIt() throws IOException {
    try (ChildJvm holder = ChildJvm.open(directory)) {
      assertThat(holder.answer()).startsWith("opened");
      Map<String, String> before = state();
      assertThatThrownBy(() -> ReadOnlyDirectory.open(directory))
          .isInstanceOf(DirectoryHeldException.class)
          .hasMessageContaining("another process, pid " + holder.handle().pid() + " on host ");
      assertThat(state()).isEqualTo(before);
      try (ChildJvm second = ChildJvm.open(directory)) {
        assertThat(second.answer()).contains("LSTP-0202");
      }
    }
  }

  @Test
  void theHolderInThisProcessIsNamedAndKeepsIt() throws IOException {
    try (DirectoryStorage holder = DirectoryStorage.open(directory)) {
      assertThatThrownBy(() -> ReadOnlyDirectory.open(directory))
          .isInstanceOf(DirectoryHeldException.class)
          .hasMessageContaining("held by this process");
      try (ChildJvm other = ChildJvm.open(directory)) {
        assertThat(other.answer()).contains("LSTP-0202");
      }
      assertThat(holder.names()).isEmpty();
    }
  }

  @Test
  void whoeverOpensADirectoryThatIsReadIsToldSo() throws IOException {
    write("file", "text");
    try (ReadOnlyDirectory storage = ReadOnlyDirectory.open(directory)) {
      try (ChildJvm other = ChildJvm.open(directory)) {
        assertThat(other.answer())
            .contains("LSTP-0202")
            .contains("is being read by another process");
      }
      assertThat(storage.names()).containsExactly("file");
    }
    DirectoryStorage.open(directory).close();
  }

  @Test
  void whatIsNoDirectoryIsNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertThatThrownBy(() -> ReadOnlyDirectory.open(file))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("not a directory: " + file);
    assertThatThrownBy(() -> ReadOnlyDirectory.open(directory.resolve("absent")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("there is no directory " + directory.resolve("absent"));
  }
}
