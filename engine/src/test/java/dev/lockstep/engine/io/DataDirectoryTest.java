package dev.lockstep.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lockstep.InvalidConfigException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DataDirectoryTest {
  @TempDir Path parent;

  @Test
  void createsWhatIsMissing() throws IOException {
    Path directory = parent.resolve("a/b/c");
    try (DirectoryStorage storage = DirectoryStorage.open(directory)) {
      assertThat(directory).isDirectory();
      assertThat(storage.location()).isEqualTo(directory.toAbsolutePath().toString());
      assertThat(storage).hasToString(storage.location());
    }
  }

  @Test
  void opensADirectoryOfThisProcessByARelativePath() throws IOException {
    Path relative = Path.of("").toAbsolutePath().relativize(parent.toAbsolutePath());
    try (DirectoryStorage storage = DirectoryStorage.open(relative)) {
      assertThat(Path.of(storage.location())).isAbsolute();
    }
  }

  @Test
  void listsNeitherItsLockNorDirectories() throws IOException {
    Files.createDirectory(parent.resolve("lost-and-found"));
    Files.createFile(parent.resolve("a"));
    try (DirectoryStorage storage = DirectoryStorage.open(parent)) {
      assertThat(storage.names()).containsExactly("a");
    }
  }

  @Test
  void refusesAFile() throws IOException {
    Path file = Files.createFile(parent.resolve("file"));
    assertRefused(file, file + " is not a directory");
    assertRefused(file.resolve("below"), file + " is not a directory");
    assertThat(file).isRegularFile().isEmptyFile();
  }

  @Test
  void refusesWhatItMayNotWriteTo() throws IOException {
    assumeThat(FileSystems.getDefault().supportedFileAttributeViews()).contains("posix");
    Path directory = Files.createDirectory(parent.resolve("read-only"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
    assumeThat(Files.isWritable(directory)).as("permissions bind this user").isFalse();
    assertRefused(directory, "may not write to " + directory);
    assertRefused(directory.resolve("below"), "may not write to " + directory);
  }

  @Test
  void refusesWhatCanNotBeCreated() {
    Path directory = Path.of("/proc/lockstep");
    assumeThat(Path.of("/proc/self")).exists();
    assertThatThrownBy(() -> DirectoryStorage.open(directory))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("set lockstep.data-dir to");
  }

  @Test
  void refusesMemoryAndLeavesNothingBehind() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeThat(memory).exists();
    assumeThat(Files.getFileStore(memory).type()).isEqualTo("tmpfs");
    Path directory = memory.resolve("lockstep-" + ProcessHandle.current().pid());
    assertRefused(directory, "type tmpfs");
    assertThat(directory).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "SMB2", "tmpfs", "ramfs"})
  void refusesAFileSystemThatLosesForces(String type) {
    assertThatThrownBy(() -> FileSystemCheck.check(parent, type, warning -> {}))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("LSTP-0201")
        .hasMessageContaining(parent.toString())
        .hasMessageContaining("type " + type)
        .hasMessageContaining("use a directory on a local disk");
  }

  @ParameterizedTest
  @ValueSource(strings = {"btrfs", "zfs", "bcachefs", "ReFS"})
  void warnsOfAFileSystemThatCopiesOnWrite(String type) {
    List<String> warnings = new ArrayList<>();
    FileSystemCheck.check(parent, type, warnings::add);
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains(parent.toString(), "type " + type, "copies on write");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ext4", "xfs", "overlay", "apfs", "NTFS"})
  void saysNothingOfALocalDisk(String type) {
    List<String> warnings = new ArrayList<>();
    FileSystemCheck.check(parent, type, warnings::add);
    assertThat(warnings).isEmpty();
  }

  private static void assertRefused(Path directory, String why) {
    assertThatThrownBy(() -> DirectoryStorage.open(directory))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("LSTP-0201")
        .hasMessageContaining("data directory " + directory)
        .hasMessageContaining(why)
        .hasMessageMatching("(?s).*; (set|give|use) .*");
  }
}
