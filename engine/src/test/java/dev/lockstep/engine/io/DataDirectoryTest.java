package dev.lockstep.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.Diagnosis.Severity;
import dev.lockstep.InvalidConfigException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  @ParameterizedTest
  @CsvSource({
    "nfs, network-file-system",
    "nfs4, network-file-system",
    "cifs, network-file-system",
    "smb3, network-file-system",
    "smbfs, network-file-system",
    "SMB2, network-file-system",
    "tmpfs, tmpfs",
    "ramfs, tmpfs"
  })
  void refusesAFileSystemThatLosesForces(String type, String allowedAs) {
    Finding finding = DataDirectory.fileSystem(parent, type).orElseThrow();
    assertThat(finding.severity()).isEqualTo(Severity.REFUSE);
    assertThat(finding.allowedAs()).hasValue(allowedAs);
    assertThat(finding.problem()).contains(parent.toString(), "type " + type);
    assertThat(finding.remedy()).isEqualTo("use a directory on a local disk");
  }

  @ParameterizedTest
  @ValueSource(strings = {"btrfs", "zfs", "bcachefs", "ReFS"})
  void warnsOfAFileSystemThatCopiesOnWrite(String type) {
    Finding finding = DataDirectory.fileSystem(parent, type).orElseThrow();
    assertThat(finding.severity()).isEqualTo(Severity.WARN);
    assertThat(finding.problem()).contains(parent.toString(), "type " + type, "copies on write");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ext4", "xfs", "overlay", "apfs", "NTFS"})
  void saysNothingOfALocalDisk(String type) {
    assertThat(DataDirectory.fileSystem(parent, type)).isEmpty();
  }

  @Test
  void warnsOfADiskThatIsNearlyFull() {
    assertThat(DataDirectory.room(parent, 99, 100).orElseThrow().problem())
        .contains(parent.toString(), "room for 99 bytes");
    assertThat(DataDirectory.room(parent, 100, 100)).isEmpty();
    assertThat(DataDirectory.room(parent, -1, 100)).as("more than a long can say").isEmpty();
    assertThat(DataDirectory.examine(parent, Long.MAX_VALUE))
        .extracting(Finding::code)
        .contains("LSTP-0907");
  }

  @Test
  void warnsOfADirectoryThatEverybodyMayWriteTo() throws IOException {
    assumeThat(FileSystems.getDefault().supportedFileAttributeViews()).contains("posix");
    Path directory = Files.createDirectory(parent.resolve("open"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxr-x"));
    assertThat(DataDirectory.examine(directory, 0)).isEmpty();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(DataDirectory.examine(directory, 0))
        .extracting(Finding::code)
        .containsExactly("LSTP-0908");
    assertThat(DataDirectory.examine(directory.resolve("below"), 0))
        .as("what will be created gets rights of its own")
        .isEmpty();
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
