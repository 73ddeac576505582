package dev.lockstep.house;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The rules of the house. Those that hold everywhere are tests here; a module's test extends this
 * class and adds its own.
 */
@Timeout(240)
public abstract class HouseTest {

  private final Path testRoot = testRoot();

  @Test
  void everyPackageIsNullMarked() {
    check(
        classes()
            .should(
                new ArchCondition<>("be in a package whose package-info.java says @NullMarked") {
                  @Override
                  public void check(JavaClass type, ConditionEvents events) {
                    if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                      events.add(SimpleConditionEvent.violated(type, type.getName()));
                    }
                  }
                }));
  }

  @Test
  void noStaticHoldsState() {
    check(
        fields()
            .that()
            .areStatic()
            .and()
            .doNotHaveModifier(JavaModifier.SYNTHETIC)
            .should()
            .beFinal()
            .andShould(notBeMutable())
            .because("state belongs to an object with an owner who closes it")
            // A module may have no static field at all.
            .allowEmptyShould(true));
  }

  @Test
  void nothingSleeps() {
    noClasses()
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "a thread sleeps",
                call ->
                    call.getName().equals("sleep")
                        && (call.getTargetOwner().isEquivalentTo(Thread.class)
                            || call.getTargetOwner().isEquivalentTo(TimeUnit.class))))
        .because("a test or a thread waits for a condition, never for a guessed time")
        .check(new ClassFileImporter().importPaths(testRoot.resolveSibling("classes"), testRoot));
  }

  /** Checks a rule against the main classes of the module. */
  protected final void check(ArchRule rule) {
    rule.check(mainClasses());
  }

  /** No main class of the module may use a type of the given packages. */
  protected final void checkNever(String because, String... packages) {
    check(noClasses().should().dependOnClassesThat().resideInAnyPackage(packages).because(because));
  }

  /** Main classes of the module may use types of the given packages, and no others. */
  protected final void checkOnly(String because, String... packages) {
    check(
        classes().should().onlyDependOnClassesThat(resideInAnyPackage(packages)).because(because));
  }

  private JavaClasses mainClasses() {
    return new ClassFileImporter().importPath(testRoot.resolveSibling("classes"));
  }

  /**
   * Where the classes of the concrete test are: the class path would also show the modules that
   * this one depends on, which keep their own rules.
   */
  private Path testRoot() {
    try {
      return Path.of(getClass().getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("no path to the classes beside " + getClass(), e);
    }
  }

  private static ArchCondition<JavaField> notBeMutable() {
    return new ArchCondition<>("not be of a mutable type") {
      @Override
      public void check(JavaField field, ConditionEvents events) {
        JavaClass type = field.getRawType();
        boolean shared = !field.getModifiers().contains(JavaModifier.PRIVATE);
        if (holdsState(type) || (type.isArray() && shared)) {
          events.add(
              SimpleConditionEvent.violated(
                  field, field.getFullName() + " is static, and a " + type.getName() + " changes"));
        }
      }
    };
  }

  private static boolean holdsState(JavaClass type) {
    boolean collection = type.isAssignableTo(Collection.class) || type.isAssignableTo(Map.class);
    return (collection && !type.isInterface())
        || type.isAssignableTo(ThreadLocal.class)
        || type.getPackageName().startsWith("java.util.concurrent");
  }
}
