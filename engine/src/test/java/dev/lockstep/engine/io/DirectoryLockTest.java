package dev.lockstep.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lockstep.DirectoryHeldException;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.LockstepException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DirectoryLockTest {
  @TempDir Path directory;

  @Test
  void anotherProcessIsNamed() throws IOException {
    try (ChildJvm holder = ChildJvm.open(directory)) {
      assertThat(holder.answer()).startsWith("opened");
      assertThatThrownBy(() -> DirectoryStorage.open(directory))
          .isInstanceOf(DirectoryHeldException.class)
          .hasMessageContaining("LSTP-0202")
          .hasMessageContaining(directory.toString())
          .hasMessageContaining("another process, pid " + holder.handle().pid() + " on host ")
          .hasMessageContaining(
              "started " + holder.handle().info().startInstant().orElseThrow().toString())
          .hasMessageContaining("stop that process");
      assertThat(Files.readString(directory.resolve("lock")))
          .contains("host=", "boot=", "pid=" + holder.handle().pid() + "\n", "started=");
    }
    DirectoryStorage.open(directory).close();
  }

  @Test
  void aKilledProcessHoldsNothing() throws Exception {
    try (ChildJvm holder = ChildJvm.open(directory)) {
      assertThat(holder.answer()).startsWith("opened");
      holder.kill();
    }
    try (DirectoryStorage storage = DirectoryStorage.open(directory)) {
      assertThat(storage.names()).isEmpty();
      assertThat(Files.readString(directory.resolve("lock")))
          .contains("pid=" + ProcessHandle.current().pid() + "\n");
    }
  }

  @Test
  void theSameProcessIsRefusedAndTakesNothingFromTheHolder() throws IOException {
    try (DirectoryStorage storage = DirectoryStorage.open(directory)) {
      assertHeldHere(directory);
      assertHeldAgainstOthers(storage);
    }
  }

  @Test
  void anotherPathToTheDirectoryIsRefusedToo() throws IOException {
    Path real = Files.createDirectory(directory.resolve("real"));
    Path link = directory.resolve("link");
    try {
      Files.createSymbolicLink(link, real);
    } catch (UnsupportedOperationException | IOException e) {
      assumeThat(e).as("symbolic links can be made here").isNull();
    }
    try (DirectoryStorage storage = DirectoryStorage.open(real)) {
      assertHeldHere(link);
      assertHeldAgainstOthers(storage);
    }
  }

  @Test
  void anotherClassLoaderIsRefusedToo() throws Exception {
    URL[] classPath = {
      ChildJvm.root(DirectoryStorage.class).toUri().toURL(),
      ChildJvm.root(LockstepException.class).toUri().toURL()
    };
    try (DirectoryStorage storage = DirectoryStorage.open(directory);
        URLClassLoader loader =
            new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
      Class<?> other = loader.loadClass(DirectoryStorage.class.getName());
      assertThat(other).isNotSameAs(DirectoryStorage.class);
      assertThatThrownBy(() -> other.getMethod("open", Path.class).invoke(null, directory))
          .cause()
          .hasMessageContaining("LSTP-0202")
          .hasMessageContaining("held by this process")
          .hasMessageContaining(DirectoryStorage.class.getClassLoader().toString());
      assertHeldAgainstOthers(storage);
    }
  }

  @Test
  void aProcessThatForgotItsSystemPropertiesIsRefusedToo() throws IOException {
    String property = "dev.lockstep.held." + Platform.identity(directory);
    try (DirectoryStorage storage = DirectoryStorage.open(directory)) {
      assertThat(System.getProperties().remove(property)).isNotNull();
      assertHeldHere(directory);
      assertHeldHere(directory);
      assertHeldAgainstOthers(storage);
    }
  }

  @Test
  void closingGivesTheDirectoryFree() throws IOException {
    for (int i = 0; i < 3; i++) {
      DirectoryStorage storage = DirectoryStorage.open(directory);
      storage.close();
      storage.close();
    }
    assertThat(System.getProperties().stringPropertyNames())
        .noneMatch(name -> name.startsWith("dev.lockstep.held."));
    try (ChildJvm other = ChildJvm.open(directory)) {
      assertThat(other.answer()).startsWith("opened");
    }
  }

  @Test
  void closingTwiceTakesNothingFromTheNextHolder() throws IOException {
    DirectoryStorage first = DirectoryStorage.open(directory);
    first.close();
    try (DirectoryStorage second = DirectoryStorage.open(directory)) {
      first.close();
      assertHeldHere(directory);
      assertThatThrownBy(() -> DirectoryStorage.open(directory))
          .as("known without a look at the lock file")
          .hasMessageContaining(" through ");
      assertHeldAgainstOthers(second);
    }
  }

  @Test
  void anInterruptedThreadCanOpen() throws IOException {
    Thread.currentThread().interrupt();
    try (DirectoryStorage storage = DirectoryStorage.open(directory)) {
      assertThat(Thread.interrupted()).isTrue();
      assertHeldAgainstOthers(storage);
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void aFailedOpeningHoldsNothing() throws IOException {
    Path lock = Files.createDirectory(directory.resolve("lock"));
    assertThatThrownBy(() -> DirectoryStorage.open(directory))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("its lock file can't be opened")
        .hasMessageContaining(lock.toString())
        .hasMessageContaining("give this process the right");
    Files.delete(lock);
    DirectoryStorage.open(directory).close();
  }

  @Test
  void theHolderSurvivesItsText() {
    LockHolder self = LockHolder.thisProcess();
    assertThat(self.pid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(LockHolder.parse(self.text())).contains(self);
  }

  @Test
  void aTextThatNamesNobodyIsTolerated() {
    assertThat(LockHolder.parse("")).isEmpty();
    assertThat(LockHolder.parse("nonsense\npid=x\n")).isEmpty();
    assertThat(LockHolder.parse("pid=12"))
        .contains(new LockHolder("unknown", "unknown", 12, "unknown"));
  }

  private static void assertHeldHere(Path path) {
    assertThatThrownBy(() -> DirectoryStorage.open(path))
        .isInstanceOf(DirectoryHeldException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining("held by this process")
        .hasMessageContaining("lockstep.data-dir");
  }

  /** A refused attempt must not have freed the directory: closing its lock file would do that. */
  private static void assertHeldAgainstOthers(Storage storage) throws IOException {
    try (ChildJvm other = ChildJvm.open(Path.of(storage.location()))) {
      assertThat(other.answer())
          .contains("LSTP-0202")
          .contains("another process, pid " + ProcessHandle.current().pid());
    }
  }
}
