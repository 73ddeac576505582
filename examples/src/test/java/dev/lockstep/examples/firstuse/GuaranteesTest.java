package dev.lockstep.examples.firstuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each row of docs/guarantees.md names tests, and they exist. */
@Timeout(30)
class GuaranteesTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern NAMED = Pattern.compile("`(\\w+(?:Test|IT))#(\\w+)`");

  @Test
  void everyNamedTestExists() throws IOException {
    Map<String, String> sources = testSources();
    List<MatchResult> named =
        NAMED.matcher(Files.readString(ROOT.resolve("docs/guarantees.md"))).results().toList();

    assertThat(named).isNotEmpty();
    assertThat(named)
        .allSatisfy(
            test ->
                assertThat(sources.getOrDefault(test.group(1), ""))
                    .as(test.group())
                    .contains("void " + test.group(2) + "("));
  }

  @Test
  void everyRowNamesATest() throws IOException {
    List<String> rows =
        Files.readAllLines(ROOT.resolve("docs/guarantees.md")).stream()
            .filter(line -> line.startsWith("| "))
            .filter(line -> !line.startsWith("| ---") && !line.endsWith("| tests |"))
            .toList();

    assertThat(rows).isNotEmpty();
    assertThat(rows).allSatisfy(row -> assertThat(row).containsPattern(NAMED));
  }

  private static Map<String, String> testSources() throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      return modules
          .map(module -> module.resolve("src/test/java"))
          .filter(Files::isDirectory)
          .flatMap(GuaranteesTest::sourcesIn)
          .collect(
              Collectors.toMap(GuaranteesTest::className, GuaranteesTest::read, String::concat));
    }
  }

  private static Stream<Path> sourcesIn(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String className(Path file) {
    return file.getFileName().toString().replace(".java", "");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
