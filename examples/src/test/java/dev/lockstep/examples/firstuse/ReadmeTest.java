package dev.lockstep.examples.firstuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What README.md shows is what the build compiles and runs. */
@Timeout(10)
class ReadmeTest {
  private static final String FENCE = "```";

  @Test
  void showsTheFirstUseAsItIs() throws IOException {
    String readme = Files.readString(Path.of("..", "README.md"));
    String source =
        Files.readString(Path.of("src/main/java/dev/lockstep/examples/firstuse/FirstUse.java"));
    int start = readme.indexOf(FENCE + "java\n") + FENCE.length() + "java\n".length();
    String shown = readme.substring(start, readme.indexOf(FENCE, start));

    assertThat(shown).isEqualTo(source.substring(source.indexOf("import ")));
  }
}
