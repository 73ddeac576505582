package dev.lockstep.examples.firstuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What README.md shows is what the build compiles and runs. */
@Timeout(10)
class ReadmeTest {
  private static final String FENCE = "```";

  @ParameterizedTest
  @ValueSource(strings = {"FirstUse", "PlainJdbc"})
  void showsTheProgramsAsTheyAre(String program) throws IOException {
    String readme = Files.readString(Path.of("..", "README.md"));
    String source =
        Files.readString(
            Path.of("src/main/java/dev/lockstep/examples/firstuse", program + ".java"));

    assertThat(readme)
        .contains(FENCE + "java\n" + source.substring(source.indexOf("import ")) + FENCE);
  }
}
