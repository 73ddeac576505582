package dev.lockstep.engine.io;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Puts each {@code @TempDir} beside the test's classes, into the module's build directory: the
 * system's temporary directory is memory on many machines, and a storage refuses memory.
 *
 * <p>The {@code junit-platform.properties} beside it makes it the default of all modules that test
 * with the engine's test classes.
 */
public final class BuildDirectoryFactory implements TempDirFactory {
  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
      throws IOException {
    Class<?> test = context.getRequiredTestClass();
    Path parent = classes(test).resolveSibling("test-directories");
    Files.createDirectories(parent);
    return Files.createTempDirectory(parent, test.getSimpleName() + "-");
  }

  private static Path classes(Class<?> test) {
    try {
      return Path.of(test.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("no path to the classes of " + test, e);
    }
  }
}
