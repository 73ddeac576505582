package dev.lockstep.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;

/** Rules that hold in every module (DESIGN section 3 and CONTRIBUTING.md). */
public final class HouseRules {

  /** State that outlives its owner leaks a class loader at redeploy, and couples tests. */
  public static final ArchRule NO_MUTABLE_STATICS =
      fields()
          .that()
          .areStatic()
          .and()
          .doNotHaveModifier(JavaModifier.SYNTHETIC)
          .should()
          .beFinal()
          .andShould(notHoldState())
          .because("state belongs to an object with an owner who closes it")
          .allowEmptyShould(true);

  /** A pause is a guess; a latch, a condition or a clock passed in is an answer. */
  public static final ArchRule NO_SLEEP =
      noClasses()
          .should()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callMethod(Thread.class, "sleep", long.class, int.class)
          .orShould()
          .callMethod(java.util.concurrent.TimeUnit.class, "sleep", long.class)
          .because("waiting is for a condition, never for a guessed time")
          .allowEmptyShould(true);

  private static final Set<String> STATEFUL_PACKAGES = Set.of("java.util.concurrent.atomic");

  private HouseRules() {}

  /** Only the named packages of ours may use types of the given packages. */
  public static ArchRule only(Set<String> allowed, String reason, String... used) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(allowed.toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(used)
        .because(reason)
        .allowEmptyShould(true);
  }

  /** No class at all may use types of the given packages. */
  public static ArchRule never(String reason, String... used) {
    return noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(used)
        .because(reason)
        .allowEmptyShould(true);
  }

  private static ArchCondition<JavaField> notHoldState() {
    DescribedPredicate<JavaClass> stateful =
        DescribedPredicate.describe(
            "a holder of state",
            type ->
                STATEFUL_PACKAGES.contains(type.getPackageName())
                    || type.isAssignableTo(ThreadLocal.class)
                    || isConcreteCollection(type));
    return new ArchCondition<>("not be " + stateful.getDescription()) {
      @Override
      public void check(JavaField field, ConditionEvents events) {
        boolean sharedArray =
            field.getRawType().isArray() && !field.getModifiers().contains(JavaModifier.PRIVATE);
        if (sharedArray || stateful.test(field.getRawType())) {
          events.add(
              SimpleConditionEvent.violated(
                  field,
                  field.getFullName()
                      + " is static and of type "
                      + field.getRawType().getName()
                      + ", which can change"));
        }
      }
    };
  }

  private static boolean isConcreteCollection(JavaClass type) {
    return !type.isInterface()
        && (type.isAssignableTo(java.util.Collection.class)
            || type.isAssignableTo(java.util.Map.class));
  }
}
