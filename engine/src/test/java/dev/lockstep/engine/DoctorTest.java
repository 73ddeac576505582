package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lockstep.ClosedException;
import dev.lockstep.Diagnosis;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.Lockstep;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Participant;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is unsafe is refused at the start, all of it at once; what is allowed is said. */
@Timeout(60)
class DoctorTest {
  private static final Finding UNSAFE =
      Finding.refuseUnlessAllowed("LSTP-9001", "danger", "the sky falls", "hold it up");
  private static final Finding HOPELESS =
      Finding.refuse("LSTP-9002", "the earth opens", "close it");
  private static final Finding SLOW = Finding.warn("LSTP-9003", "it takes long", "hurry");

  @TempDir Path parent;

  /** A manager with some troubles, and more of them when it knows a log. */
  private static final class Troubled implements TransactionBinding {
    private final List<Finding> always;
    private final List<Finding> whenAttached;
    private final List<String> calls = new ArrayList<>();

    Troubled(List<Finding> always, List<Finding> whenAttached) {
      this.always = always;
      this.whenAttached = whenAttached;
    }

    @Override
    public Optional<Branch> current(TransactionalLog log) {
      return Optional.empty();
    }

    @Override
    public void attach(TransactionalLog log) {
      calls.add("attach");
    }

    @Override
    public void detach(TransactionalLog log) {
      calls.add("detach");
    }

    @Override
    public List<Finding> diagnose() {
      return calls.contains("attach")
          ? Stream.of(always, whenAttached).flatMap(List::stream).toList()
          : always;
    }

    @Override
    public Optional<Duration> transactionTimeout() {
      return Optional.of(Duration.ofSeconds(7));
    }
  }

  /** A database that says what it was asked. */
  private record Database(String name, Optional<String> identity) implements Participant {
    @Override
    public List<Finding> diagnose(Optional<Duration> transactionTimeout) {
      return List.of(Finding.info("LSTP-9004", name + " was told " + transactionTimeout, "nod"));
    }

    @Override
    public List<Prepared> prepared() {
      return List.of();
    }
  }

  private Path directory() {
    return parent.resolve("log");
  }

  @Test
  void everythingUnsafeIsNamedAtOnceAndNothingIsCreated() throws IOException {
    Path file = Files.createFile(parent.resolve("file"));
    Troubled binding = new Troubled(List.of(UNSAFE, SLOW, HOPELESS), List.of());
    assertThatThrownBy(() -> Lockstep.open(TestLogs.config(file).transactions(binding).build()))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(file + " is not a directory")
        .hasMessageContaining("the sky falls; hold it up [LSTP-9001, lockstep.allow=danger]")
        .hasMessageContaining("the earth opens; close it [LSTP-9002]")
        .hasMessageNotContaining("it takes long");
    assertThatThrownBy(
            () -> Lockstep.open(TestLogs.config(directory()).transactions(binding).build()))
        .isInstanceOf(InvalidConfigException.class);
    assertThat(directory()).doesNotExist();
    assertThat(binding.calls).isEmpty();
  }

  @Test
  void whatIsAllowedByNameStartsAndStaysKnown() {
    Troubled binding = new Troubled(List.of(UNSAFE), List.of(SLOW));
    try (Lockstep lockstep =
        Lockstep.open(TestLogs.config(directory()).transactions(binding).allow("danger").build())) {
      Diagnosis diagnosis = lockstep.diagnose();
      assertThat(diagnosis.healthy()).isTrue();
      assertThat(diagnosis.findings()).contains(UNSAFE.allowed(), SLOW);
      assertThat(diagnosis.findings().get(0))
          .hasToString("the sky falls; hold it up [LSTP-9001, allowed by lockstep.allow=danger]");
    }
  }

  @Test
  void whatCantBeAllowedIsRefusedWhateverIsAllowed() {
    Troubled binding = new Troubled(List.of(HOPELESS), List.of());
    assertThatThrownBy(
            () ->
                Lockstep.open(
                    TestLogs.config(directory())
                        .transactions(binding)
                        .allow("LSTP-9002", "danger")
                        .build()))
        .isInstanceOf(InvalidConfigException.class);
  }

  @Test
  void whatComesUpWhenTheManagerKnowsTheLogClosesItAgain() {
    Troubled binding = new Troubled(List.of(), List.of(UNSAFE));
    assertThatThrownBy(
            () -> Lockstep.open(TestLogs.config(directory()).transactions(binding).build()))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("the sky falls");
    assertThat(binding.calls).containsExactly("attach", "detach");
    Lockstep.open(TestLogs.config(directory()).build()).close();
  }

  @Test
  void aManagerThatCantBeExaminedDoesNotPreventAStart() {
    TransactionBinding binding =
        new TransactionBinding() {
          @Override
          public Optional<Branch> current(TransactionalLog log) {
            return Optional.empty();
          }

          @Override
          public List<Finding> diagnose() {
            throw new IllegalStateException("not now");
          }
        };
    try (Lockstep lockstep =
        Lockstep.open(TestLogs.config(directory()).transactions(binding).build())) {
      assertThat(lockstep.diagnose().toString()).contains("LSTP-0909", "not now");
    }
  }

  @Test
  void participantsAreAskedAndTwoWaysToOneDatabaseAreFound() {
    Troubled binding = new Troubled(List.of(), List.of());
    Database shop = new Database("shop", Optional.of("system 1"));
    Database again = new Database("shop2", Optional.of("system 1"));
    Database other = new Database("other", Optional.of("system 2"));
    Database away = new Database("away", Optional.empty());
    Lockstep lockstep =
        Lockstep.open(
            TestLogs.config(directory())
                .transactions(binding)
                .participants(
                    shop, other, again, shop, away, new Database("away2", away.identity()))
                .build());
    try (lockstep) {
      List<Finding> findings = lockstep.diagnose().findings();
      assertThat(findings).extracting(Finding::problem).contains("shop was told Optional[PT7S]");
      assertThat(findings)
          .filteredOn(finding -> finding.code().equals("LSTP-0911"))
          .singleElement()
          .asString()
          .contains("data sources 'shop' and 'shop2' lead to one database");
    }
    assertThatThrownBy(lockstep::diagnose).isInstanceOf(ClosedException.class);
  }

  @Test
  void memoryIsRefusedAndNothingIsLeftBehind() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeThat(memory).exists();
    assumeThat(Files.getFileStore(memory).type()).isEqualTo("tmpfs");
    Path directory = memory.resolve("lockstep-" + ProcessHandle.current().pid());
    assertThatThrownBy(() -> Lockstep.open(TestLogs.config(directory).build()))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("type tmpfs")
        .hasMessageContaining("lockstep.allow=tmpfs");
    assertThat(directory).doesNotExist();
  }

  @Test
  void memoryThatIsAllowedIsUsed() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeThat(memory).exists();
    assumeThat(Files.getFileStore(memory).type()).isEqualTo("tmpfs");
    Path directory = Files.createTempDirectory(memory, "lockstep-");
    try {
      try (Lockstep lockstep = Lockstep.open(TestLogs.config(directory).allow("tmpfs").build())) {
        assertThat(lockstep.diagnose().findings())
            .filteredOn(Finding::isAllowed)
            .extracting(Finding::code)
            .containsExactly("LSTP-0904");
      }
    } finally {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
  }
}
