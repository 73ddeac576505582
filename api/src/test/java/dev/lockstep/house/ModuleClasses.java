package dev.lockstep.house;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.net.URISyntaxException;
import java.nio.file.Path;

/**
 * The classes of one module, found beside a test class of it: the class path would also show those
 * of the modules it depends on, which keep their own rules.
 */
public final class ModuleClasses {

  private ModuleClasses() {}

  /** Main classes of the module that the given test belongs to. */
  public static JavaClasses main(Class<?> test) {
    return new ClassFileImporter().importPath(testRoot(test).resolveSibling("classes"));
  }

  /** Main and test classes of the module that the given test belongs to. */
  public static JavaClasses mainAndTest(Class<?> test) {
    Path testRoot = testRoot(test);
    return new ClassFileImporter().importPaths(testRoot.resolveSibling("classes"), testRoot);
  }

  private static Path testRoot(Class<?> test) {
    try {
      return Path.of(test.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("no path to the classes beside " + test, e);
    }
  }
}
