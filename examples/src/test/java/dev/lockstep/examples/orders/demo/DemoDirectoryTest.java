package dev.lockstep.examples.orders.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.examples.orders.demo.DemoDirectory.Retention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(10)
class DemoDirectoryTest {
  @TempDir private Path temp;

  @Test
  void leavesNothingBehind() throws IOException {
    DemoDirectory directory = DemoDirectory.take(temp.resolve("a/b/c"));
    Files.createDirectories(directory.path().resolve("log"));
    Files.writeString(directory.path().resolve("log/segment"), "x");

    directory.release();

    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void leavesAParentThatAnotherOneUses() {
    DemoDirectory first = DemoDirectory.take(temp.resolve("demos/first"));
    DemoDirectory second = DemoDirectory.take(temp.resolve("demos/second"));

    first.release();
    assertThat(second.path().resolve("demo.lock")).exists();

    second.release();
    assertThat(temp.resolve("demos")).isEmptyDirectory();
  }

  @Test
  void leavesAnEmptyDirectoryThatItWasGiven() throws IOException {
    Path given = Files.createDirectory(temp.resolve("given"));
    DemoDirectory directory = DemoDirectory.take(given);
    Files.writeString(given.resolve("file"), "x");

    directory.release();

    assertThat(given).isEmptyDirectory();
  }

  @Test
  void keepsWhatIsToBeKept() throws IOException {
    DemoDirectory directory = DemoDirectory.take(temp.resolve("kept"));
    Files.writeString(directory.path().resolve("file"), "x");
    directory.retain(Retention.KEEP);

    directory.release();

    assertThat(temp.resolve("kept/file")).exists();
  }

  @Test
  void isHeldByOneDemo() {
    DemoDirectory directory = DemoDirectory.take(temp.resolve("held"));
    try {
      assertThatThrownBy(() -> DemoDirectory.take(temp.resolve("held")))
          .isInstanceOf(DemoException.class)
          .hasMessageContaining("held")
          .hasMessageContaining("process " + ProcessHandle.current().pid())
          .hasMessageContaining("--dir");
    } finally {
      directory.release();
    }
  }

  @Test
  void touchesNothingOfOthers() throws IOException {
    Path file = Files.writeString(temp.resolve("precious"), "x");

    assertThatThrownBy(() -> DemoDirectory.take(temp))
        .isInstanceOf(DemoException.class)
        .hasMessageContaining("not empty");
    assertThat(temp.toFile().list()).containsExactly("precious");

    assertThatThrownBy(() -> DemoDirectory.take(file))
        .isInstanceOf(DemoException.class)
        .hasMessageContaining("not a directory");
    assertThatThrownBy(() -> DemoDirectory.take(file.resolve("below")))
        .isInstanceOf(DemoException.class)
        .hasMessageContaining("cannot use the directory " + file.resolve("below"));
    assertThat(file).hasContent("x");
  }
}
