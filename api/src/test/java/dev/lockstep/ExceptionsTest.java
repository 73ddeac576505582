package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.lockstep.spi.Branch;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All exceptions of ours, found among the classes: a new one can't be forgotten here. */
@Timeout(60)
class ExceptionsTest {
  /**
   * Codes are for ever: a class keeps its code, and the code of a removed class is not used again.
   * So this table only grows.
   */
  private static final Map<String, String> CODES =
      Map.ofEntries(
          Map.entry("UnknownTopicException", "LSTP-0101"),
          Map.entry("TooLargeException", "LSTP-0102"),
          Map.entry("DecodeException", "LSTP-0103"),
          Map.entry("WakeupException", "LSTP-0104"),
          Map.entry("ClosedException", "LSTP-0105"),
          Map.entry("NoTransactionException", "LSTP-0107"),
          Map.entry("TransactionRolledBackException", "LSTP-0109"),
          Map.entry("DuplicateInFlightException", "LSTP-0110"),
          Map.entry("InterceptorException", "LSTP-0111"),
          Map.entry("CompressionUnavailableException", "LSTP-0112"),
          Map.entry("PollInterruptedException", "LSTP-0113"),
          Map.entry("GroupInUseException", "LSTP-0114"),
          Map.entry("InDoubtException", "LSTP-0115"),
          Map.entry("TransactionTimedOutException", "LSTP-0120"),
          Map.entry("HeuristicOutcomeException", "LSTP-0121"),
          Map.entry("UnknownTransactionException", "LSTP-0122"),
          Map.entry("DecisionRefusedException", "LSTP-0123"),
          Map.entry("InvalidConfigException", "LSTP-0201"),
          Map.entry("DirectoryHeldException", "LSTP-0202"),
          Map.entry("DiskFullException", "LSTP-0301"),
          Map.entry("LogFailedException", "LSTP-0302"),
          Map.entry("CorruptLogException", "LSTP-0303"),
          Map.entry("OutcomeUnknownException", "LSTP-0304"),
          Map.entry("ReadFailedException", "LSTP-0305"));

  private static final List<Class<?>> EXCEPTIONS = find();

  private static List<Class<?>> find() {
    List<Class<?>> found = new ArrayList<>();
    new ClassFileImporter()
        .importPackages("dev.lockstep").stream()
            .filter(type -> type.isAssignableTo(LockstepException.class))
            .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
            .map(JavaClass::reflect)
            .forEach(found::add);
    return List.copyOf(found);
  }

  static Stream<Class<?>> exceptions() {
    return EXCEPTIONS.stream();
  }

  @Test
  void codesAreTheKnownOnes() {
    Map<String, String> found = new TreeMap<>();
    exceptions().forEach(type -> found.put(type.getSimpleName(), make(type).code()));

    assertThat(found).isEqualTo(new TreeMap<>(CODES));
  }

  @Test
  void codesAreUniqueAndWellFormed() {
    List<String> codes = exceptions().map(type -> make(type).code()).toList();

    assertThat(codes)
        .hasSizeGreaterThan(10)
        .doesNotHaveDuplicates()
        .allSatisfy(code -> assertThat(code).matches("LSTP-\\d{4}"));
  }

  @ParameterizedTest
  @MethodSource("exceptions")
  void messageStartsWithTheCodeAndTheCauseIsKept(Class<?> type) throws Exception {
    LockstepException plain = make(type);
    assertThat(plain).hasMessage(plain.code() + ": what");

    Exception cause = new Exception("why");
    for (Constructor<?> constructor : type.getConstructors()) {
      Class<?>[] parameters = constructor.getParameterTypes();
      if (parameters.length == 2 && parameters[1].isInstance(cause)) {
        LockstepException caused = (LockstepException) constructor.newInstance("what", cause);
        assertThat(caused).hasMessage(plain.code() + ": what").hasCause(cause);
        assertThat(caused.code()).isEqualTo(plain.code());
      }
    }
  }

  @Test
  void aDecodeExceptionSaysWhichMessageItIsAboutAndWhy() {
    IllegalStateException why = new IllegalStateException("why");
    DecodeException exception = new DecodeException("what", "orders", 1, 2, why);
    assertThat(exception).hasCause(why);
    assertThat(exception.topic()).isEqualTo("orders");
    assertThat(exception.partition()).isEqualTo(1);
    assertThat(exception.offset()).isEqualTo(2);
  }

  /**
   * Whoever retries on these begins a new transaction: nothing of the old one may have happened.
   */
  @Test
  void onlyTheseAreRetriable() {
    assertThat(exceptions().filter(type -> make(type).isRetriable()))
        .containsExactlyInAnyOrder(
            DiskFullException.class,
            DuplicateInFlightException.class,
            InDoubtException.class,
            TransactionRolledBackException.class,
            TransactionTimedOutException.class);
  }

  private static LockstepException make(Class<?> type) {
    if (type.equals(DecodeException.class)) { // it always says which message it is about, and why
      return new DecodeException("what", "orders", 1, 2, new IllegalStateException("why"));
    }
    if (type.equals(HeuristicOutcomeException.class)) { // it always says what was done
      return new HeuristicOutcomeException("what", Branch.Outcome.COMMITTED);
    }
    try {
      return (LockstepException) type.getConstructor(String.class).newInstance("what");
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(type + " has no public constructor with a message", e);
    }
  }
}
