package dev.lockstep.engine.io;

import static dev.lockstep.engine.io.StorageContract.bytes;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.io.PowerCutStorage.Loss;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The proofs of the log stand on this storage: here are the proofs of the storage. */
@Timeout(60)
class PowerCutStorageTest {
  private static final int SECTOR = 512;
  private static final int SEEDS = 300;

  @FunctionalInterface
  private interface Work {
    void on(PowerCutStorage storage) throws IOException;
  }

  @Test
  void countsWhatChangesAndNotWhatReads() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    StorageFile file = storage.create("a");
    assertThat(storage.operations()).isEqualTo(1);
    file.write(0, bytes("abc"));
    file.force();
    file.truncate(1);
    storage.rename("a", "b");
    storage.forceDirectory();
    storage.delete("b");
    assertThat(storage.operations()).isEqualTo(7);
    file.read(0, ByteBuffer.allocate(1));
    file.size();
    file.close();
    storage.names();
    storage.create("c").close();
    storage.open("c").close();
    assertThat(storage.operations()).isEqualTo(8);
  }

  @Test
  void eachOperationCanBeTheLast() throws IOException {
    Work work =
        storage -> {
          try (StorageFile file = storage.create("a")) {
            file.write(0, bytes("abc"));
            file.force();
            file.truncate(1);
          }
          storage.rename("a", "b");
          storage.forceDirectory();
          storage.delete("b");
        };
    PowerCutStorage whole = new PowerCutStorage(1);
    work.on(whole);
    assertThat(whole.operations()).isEqualTo(7);
    for (int n = 1; n <= 7; n++) {
      PowerCutStorage storage = new PowerCutStorage(1);
      storage.cutAfter(n);
      assertThatThrownBy(() -> work.on(storage))
          .isInstanceOf(PowerCut.class)
          .hasMessageContaining("operation " + n)
          .hasMessageContaining("seed 1");
      assertThat(storage.operations()).isEqualTo(n);
    }
  }

  @Test
  void countsDownFromTheCall() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    StorageFile file = storage.create("a");
    storage.cutAfter(2);
    file.write(0, bytes("a"));
    assertThatThrownBy(() -> file.write(1, bytes("b"))).isInstanceOf(PowerCut.class);
  }

  @Test
  void nothingWorksWithoutPower() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    StorageFile file = storage.create("a");
    storage.cutAfter(1);
    assertOff(storage::forceDirectory);
    assertOff(() -> storage.create("b"));
    assertOff(() -> storage.open("a"));
    assertOff(storage::names);
    assertOff(() -> storage.rename("a", "b"));
    assertOff(() -> storage.delete("a"));
    assertOff(storage::forceDirectory);
    assertOff(() -> file.write(0, bytes("x")));
    assertOff(() -> file.read(0, ByteBuffer.allocate(1)));
    assertOff(file::force);
    assertOff(file::size);
    assertOff(() -> file.truncate(0));
    assertThat(storage.operations()).as("what comes too late does not count").isEqualTo(2);
    file.close();
    storage.close();
  }

  @Test
  void afterCutCutsThePower() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    storage.create("a");
    storage.afterCut(Loss.DROP);
    assertOff(storage::names);
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void whatWasForcedSurvivesAnyLoss(Loss loss) {
    forAllSeeds(
        storage -> {
          try (StorageFile file = storage.create("a")) {
            file.write(0, filled(3 * SECTOR, 'x'));
            file.force();
            storage.forceDirectory();
            // In the same sectors, and behind them.
            file.write(SECTOR / 2, filled(SECTOR, 'y'));
            file.write(5 * SECTOR, filled(SECTOR, 'z'));
          }
          storage.create("b").close();
        },
        loss,
        after -> {
          byte[] found = after.contents("a");
          assertThat(found.length).isGreaterThanOrEqualTo(3 * SECTOR);
          assertAll(found, 0, SECTOR / 2, 'x');
          assertAll(found, SECTOR + SECTOR / 2, 3 * SECTOR, 'x');
        });
  }

  @Test
  void dropLosesAllThatIsPending() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    StorageFile file = storage.create("a");
    file.write(0, bytes("forced"));
    file.force();
    storage.create("gone").close();
    storage.create("old").close();
    storage.forceDirectory();
    file.write(0, bytes("pending and longer"));
    storage.create("young").force();
    storage.delete("gone");
    storage.rename("old", "new");
    Storage after = storage.afterCut(Loss.DROP);
    assertThat(after.names()).containsExactly("a", "gone", "old");
    assertThat(text(after, "a")).isEqualTo("forced");
  }

  @Test
  void aFileWithoutForceIsEmptyAfterDrop() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    storage.create("a").write(0, bytes("pending"));
    storage.forceDirectory();
    assertThat(text(storage.afterCut(Loss.DROP), "a")).isEmpty();
  }

  @Test
  void keepLosesNothingAndForcesNothing() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    StorageFile file = storage.create("a");
    file.write(0, bytes("forced"));
    file.force();
    storage.forceDirectory();
    file.write(0, bytes("FORCE"));
    storage.rename("a", "b");
    PowerCutStorage killed = storage.afterCut(Loss.KEEP);
    assertThat(killed.names()).containsExactly("b");
    assertThat(text(killed, "b")).isEqualTo("FORCEd");
    PowerCutStorage dropped = killed.afterCut(Loss.DROP);
    assertThat(dropped.names()).containsExactly("a");
    assertThat(text(dropped, "a")).isEqualTo("forced");
  }

  @Test
  void whatAKillKeptMaySurviveTheNextCut() {
    Set<String> seen = new TreeSet<>();
    forAllSeeds(
        storage -> {
          preallocated(storage, 3).write(0, bytes("new"));
          storage.rename("a", "b");
        },
        Loss.KEEP,
        killed -> {
          PowerCutStorage after = killed.afterCut(Loss.REORDER);
          String name = String.join(" and ", names(after));
          seen.add(name + " " + new String(after.contents(name), US_ASCII));
        });
    assertThat(seen).containsExactly("a ---", "a new", "b ---", "b new");
  }

  @Test
  void whatTheNextProcessForcesIsDurable() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    storage.create("a").write(0, bytes("by the first"));
    PowerCutStorage next = storage.afterCut(Loss.KEEP);
    next.open("a").force();
    next.forceDirectory();
    assertThat(text(next.afterCut(Loss.DROP), "a")).isEqualTo("by the first");
  }

  @Test
  void whatSurvivedACutIsDurable() {
    forAllSeeds(
        storage -> storage.create("a").write(0, filled(4 * SECTOR, 'x')),
        Loss.TEAR,
        after -> {
          Map<String, String> found = contents(after);
          assertThat(contents(after.afterCut(Loss.DROP))).isEqualTo(found);
        });
  }

  @Test
  void tearTakesEachSectorOnItsOwn() {
    Set<String> seen = new TreeSet<>();
    forAllSeeds(
        storage -> {
          StorageFile file = preallocated(storage, 4 * SECTOR);
          file.write(SECTOR / 2, filled(2 * SECTOR, 'x'));
        },
        Loss.TEAR,
        after -> {
          byte[] found = after.contents("a");
          assertAll(found, 0, SECTOR / 2, '-');
          assertAll(found, 2 * SECTOR + SECTOR / 2, 4 * SECTOR, '-');
          seen.add(
              ""
                  + only(found, SECTOR / 2, SECTOR)
                  + only(found, SECTOR, 2 * SECTOR)
                  + only(found, 2 * SECTOR, 2 * SECTOR + SECTOR / 2));
        });
    assertThat(seen).containsExactly("---", "--x", "-x-", "-xx", "x--", "x-x", "xx-", "xxx");
  }

  @Test
  void tearTakesASectorAsItWasAfterSomeWrite() {
    Set<String> seen = new TreeSet<>();
    forAllSeeds(
        storage -> {
          StorageFile file = preallocated(storage, SECTOR);
          file.write(0, bytes("a"));
          file.write(1, bytes("b"));
          file.write(2, bytes("c"));
        },
        Loss.TEAR,
        after -> seen.add(new String(after.contents("a"), 0, 3, US_ASCII)));
    assertThat(seen).containsExactly("---", "a--", "ab-", "abc");
  }

  @Test
  void tearGrowsAFileBySectorsThatMayBeZeros() {
    Set<Integer> sizes = new TreeSet<>();
    Set<String> seen = new TreeSet<>();
    forAllSeeds(
        storage -> {
          StorageFile file = preallocated(storage, 100);
          file.write(100, filled(2 * SECTOR, 'x'));
        },
        Loss.TEAR,
        after -> {
          byte[] found = after.contents("a");
          sizes.add(found.length);
          assertAll(found, 0, 100, '-');
          if (found.length == 100 + 2 * SECTOR) {
            seen.add("" + only(found, 100, SECTOR) + only(found, SECTOR, 2 * SECTOR));
          }
        });
    assertThat(sizes).containsExactly(100, SECTOR, 2 * SECTOR, 2 * SECTOR + 100);
    assertThat(seen).containsExactlyInAnyOrder("\0\0", "\0x", "x\0", "xx");
  }

  @Test
  void reorderTakesEachWriteAsAWhole() {
    Set<String> seen = new TreeSet<>();
    forAllSeeds(
        storage -> {
          StorageFile file = preallocated(storage, 6 * SECTOR);
          file.write(0, filled(2 * SECTOR, 'x'));
          file.write(2 * SECTOR, filled(2 * SECTOR, 'y'));
          file.write(4 * SECTOR, filled(2 * SECTOR, 'z'));
        },
        Loss.REORDER,
        after -> {
          byte[] found = after.contents("a");
          seen.add(
              ""
                  + only(found, 0, 2 * SECTOR)
                  + only(found, 2 * SECTOR, 4 * SECTOR)
                  + only(found, 4 * SECTOR, 6 * SECTOR));
        });
    assertThat(seen).containsExactly("---", "--z", "-y-", "-yz", "x--", "x-z", "xy-", "xyz");
  }

  @Test
  void reorderMayGrowAFileByALaterWriteOnly() {
    Set<String> seen = new TreeSet<>();
    forAllSeeds(
        storage -> {
          StorageFile file = preallocated(storage, SECTOR);
          file.write(SECTOR, filled(SECTOR, 'x'));
          file.write(2 * SECTOR, filled(SECTOR, 'y'));
        },
        Loss.REORDER,
        after -> {
          byte[] found = after.contents("a");
          String sectors = "";
          for (int at = 0; at < found.length; at += SECTOR) {
            sectors += only(found, at, at + SECTOR);
          }
          seen.add(sectors.replace('\0', '0'));
        });
    assertThat(seen).containsExactly("-", "-0y", "-x", "-xy");
  }

  @ParameterizedTest
  @EnumSource(
      value = Loss.class,
      names = {"TEAR", "REORDER"})
  void aTruncationIsPendingToo(Loss loss) {
    Set<Integer> sizes = new TreeSet<>();
    forAllSeeds(
        storage -> preallocated(storage, 4 * SECTOR).truncate(SECTOR),
        loss,
        after -> {
          byte[] found = after.contents("a");
          sizes.add(found.length);
          assertAll(found, 0, SECTOR, '-');
        });
    assertThat(sizes).containsExactly(SECTOR, 4 * SECTOR);
  }

  @ParameterizedTest
  @EnumSource(
      value = Loss.class,
      names = {"TEAR", "REORDER"})
  void entriesOfTheDirectoryComeAndGoEachOnItsOwn(Loss loss) {
    Set<String> seen = new TreeSet<>();
    forAllSeeds(
        storage -> {
          storage.create("a").close();
          storage.forceDirectory();
          storage.create("b").force();
          storage.delete("a");
        },
        loss,
        after -> seen.add(String.join("", names(after))));
    assertThat(seen).containsExactly("", "a", "ab", "b");
  }

  @ParameterizedTest
  @EnumSource(
      value = Loss.class,
      names = {"TEAR", "REORDER"})
  void aRenameHappensAsAWhole(Loss loss) {
    Set<String> seen = new TreeSet<>();
    forAllSeeds(
        storage -> {
          writeForced(storage, "young", "y");
          writeForced(storage, "a", "o");
          storage.forceDirectory();
          storage.rename("young", "a");
        },
        loss,
        after -> seen.add(names(after) + new String(after.contents("a"), US_ASCII)));
    assertThat(seen).containsExactlyInAnyOrder("[a]y", "[a, young]o");
  }

  @ParameterizedTest
  @EnumSource(
      value = Loss.class,
      names = {"TEAR", "REORDER"})
  void aReplacementMayLeaveTheOldFileTheNewOneOrNone(Loss loss) {
    Set<String> seen = new TreeSet<>();
    forAllSeeds(
        storage -> {
          writeForced(storage, "a", "old");
          storage.forceDirectory();
          writeForced(storage, "a", "new");
        },
        loss,
        after ->
            seen.add(names(after).isEmpty() ? "none" : new String(after.contents("a"), US_ASCII)));
    assertThat(seen).containsExactly("new", "none", "old");
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void aForcedRenameHoldsWhatWasForced(Loss loss) {
    forAllSeeds(
        storage -> {
          writeForced(storage, "a", "old");
          storage.forceDirectory();
          writeForced(storage, "a.tmp", "new");
          storage.rename("a.tmp", "a");
          storage.forceDirectory();
        },
        loss,
        after -> {
          assertThat(names(after)).containsExactly("a");
          assertThat(after.contents("a")).asString(US_ASCII).isEqualTo("new");
        });
  }

  @Test
  void theWriteThatIsCutMayHappenInPart() {
    Set<Integer> lengths = new TreeSet<>();
    forAllSeeds(
        storage -> {
          StorageFile file = preallocated(storage, 3 * SECTOR);
          storage.cutAfter(1);
          assertOff(() -> file.write(SECTOR / 2, filled(2 * SECTOR, 'x')));
        },
        Loss.KEEP,
        after -> {
          byte[] found = after.contents("a");
          int length = 0;
          while (found[SECTOR / 2 + length] == 'x') {
            length++;
          }
          assertAll(found, SECTOR / 2 + length, 3 * SECTOR, '-');
          lengths.add(length);
        });
    assertThat(lengths).containsExactly(0, SECTOR / 2, SECTOR + SECTOR / 2, 2 * SECTOR);
  }

  @Test
  void theChangeOfTheDirectoryThatIsCutMayHappen() {
    Set<String> seen = new TreeSet<>();
    forAllSeeds(
        storage -> {
          storage.create("a").close();
          storage.cutAfter(1);
          assertOff(() -> storage.rename("a", "b"));
        },
        Loss.KEEP,
        after -> seen.add(names(after).toString()));
    assertThat(seen).containsExactly("[a]", "[b]");
  }

  @Test
  void theForceThatIsCutPromisesNothing() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    StorageFile file = storage.create("a");
    storage.forceDirectory();
    file.write(0, bytes("x"));
    storage.cutAfter(1);
    assertOff(file::force);
    assertThat(text(storage.afterCut(Loss.DROP), "a")).isEmpty();
    assertThat(text(storage.afterCut(Loss.KEEP), "a")).isEqualTo("x");
  }

  @Test
  void theForceOfTheDirectoryThatIsCutPromisesNothing() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    storage.create("a").close();
    storage.cutAfter(1);
    assertOff(storage::forceDirectory);
    assertThat(storage.afterCut(Loss.DROP).names()).isEmpty();
    assertThat(storage.afterCut(Loss.KEEP).names()).containsExactly("a");
  }

  @Test
  void aFailedForceIsNotMadeUpForByALaterOne() {
    Set<String> seen = new TreeSet<>();
    Work work =
        storage -> {
          StorageFile file = preallocated(storage, 3 * SECTOR);
          file.write(0, filled(SECTOR, 'x'));
          file.write(2 * SECTOR, filled(3 * SECTOR, 'x'));
          storage.failForce(1);
          assertThatThrownBy(file::force)
              .isInstanceOf(IOException.class)
              .isNotInstanceOf(PowerCut.class);
          file.write(SECTOR, filled(SECTOR, 'y'));
          file.write(2 * SECTOR, filled(1, 'y'));
          file.force();
        };
    for (Loss loss : Loss.values()) {
      forAllSeeds(
          work,
          loss,
          after -> {
            byte[] found = after.contents("a");
            assertThat(found).as("the size is forced").hasSize(5 * SECTOR);
            assertAll(found, SECTOR, 2 * SECTOR, 'y');
            // Written again, the sector went to the disk as a whole.
            assertThat(found[2 * SECTOR]).isEqualTo((byte) 'y');
            assertAll(found, 2 * SECTOR + 1, 3 * SECTOR, 'x');
            char first = only(found, 0, SECTOR);
            seen.add(loss + " " + first + (first == 'x' ? "" : "!"));
          });
    }
    assertThat(seen)
        .containsExactly("DROP -!", "KEEP x", "REORDER -!", "REORDER x", "TEAR -!", "TEAR x");
  }

  @Test
  void aForceOfTheDirectoryCanFailToo() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    StorageFile file = storage.create("a");
    storage.failForce(2);
    file.force();
    assertThatThrownBy(storage::forceDirectory).hasMessageContaining("as ordered");
    assertThat(storage.names()).containsExactly("a");
    assertThat(storage.afterCut(Loss.DROP).names()).isEmpty();
  }

  @Test
  void aWriteCanFail() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    StorageFile file = storage.create("a");
    storage.failWrite(2);
    file.write(0, bytes("a"));
    file.force();
    assertThatThrownBy(() -> file.write(1, bytes("b"))).hasMessageContaining("as ordered");
    file.write(1, bytes("c"));
    assertThat(text(storage, "a")).isEqualTo("ac");
  }

  @Test
  void aFullDiskTakesWhatFits() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    storage.limitBytes(10);
    StorageFile a = storage.create("a");
    a.write(0, bytes("123456"));
    StorageFile b = storage.create("b");
    assertThatThrownBy(() -> b.write(0, bytes("abcdef"))).isInstanceOf(OutOfSpaceException.class);
    assertThat(text(storage, "b")).isEqualTo("abcd");
    a.write(0, bytes("654321"));
    assertThatThrownBy(() -> a.write(6, bytes("x"))).isInstanceOf(OutOfSpaceException.class);
    assertThatThrownBy(() -> a.write(100, bytes("x"))).isInstanceOf(OutOfSpaceException.class);
    assertThat(text(storage, "a")).isEqualTo("654321");
    storage.limitBytes(12);
    b.write(4, bytes("ef"));
    storage.delete("a");
    b.write(6, bytes("ghijkl"));
    assertThat(text(storage, "b")).isEqualTo("abcdefghijkl");
    assertThatThrownBy(() -> storage.afterCut(Loss.KEEP).open("b").write(12, bytes("m")))
        .as("the disk is the same after a restart")
        .isInstanceOf(OutOfSpaceException.class);
  }

  @Test
  void damageIsSeenAndStays() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    writeForced(storage, "a", "whole");
    storage.forceDirectory();
    storage.damage("a", 1, (byte) 'o', (byte) 'h');
    assertThat(text(storage, "a")).isEqualTo("wohle");
    assertThat(storage.contents("a")).asString(US_ASCII).isEqualTo("wohle");
    assertThat(storage.operations()).isEqualTo(4);
    assertThat(text(storage.afterCut(Loss.DROP), "a")).isEqualTo("wohle");
    assertThatThrownBy(() -> storage.damage("a", 5, (byte) 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage.contents("b")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatSurvivesIsOnItsOwn() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    storage.create("a").write(0, bytes("abc"));
    PowerCutStorage one = storage.afterCut(Loss.KEEP);
    PowerCutStorage two = storage.afterCut(Loss.KEEP);
    one.open("a").write(0, bytes("x"));
    one.open("a").force();
    one.create("b").close();
    one.damage("a", 1, (byte) 'y');
    assertThat(text(two, "a")).isEqualTo("abc");
    assertThat(two.names()).containsExactly("a");
    assertThat(storage.contents("a")).asString(US_ASCII).isEqualTo("abc");
    assertThat(two.afterCut(Loss.DROP).names()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void theSameSeedLeavesTheSame(Loss loss) throws IOException {
    Set<String> different = new TreeSet<>();
    for (long seed = 0; seed < 20; seed++) {
      Map<String, String> first = contents(busy(seed).afterCut(loss));
      PowerCutStorage again = busy(seed);
      // The order in which losses are asked for must not matter.
      again.afterCut(Loss.REORDER);
      assertThat(contents(again.afterCut(loss))).isEqualTo(first);
      different.add(first.toString());
    }
    if (loss == Loss.TEAR || loss == Loss.REORDER) {
      assertThat(different).hasSizeGreaterThan(15);
    } else {
      assertThat(different).hasSize(1);
    }
  }

  @Test
  void printsItsSeedAndItsCut() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(4711);
    storage.create("a");
    assertThat(storage).hasToString("PowerCutStorage(seed 4711, 1 operations)");
    storage.cutAfter(1);
    assertOff(() -> storage.delete("a"));
    assertThat(storage)
        .hasToString("PowerCutStorage(seed 4711, power cut at operation 2, delete a)");
  }

  private static PowerCutStorage busy(long seed) throws IOException {
    PowerCutStorage storage = new PowerCutStorage(seed);
    for (String name : List.of("c", "a", "b", "d")) {
      storage.create(name);
    }
    storage.forceDirectory();
    for (int i = 0; i < 6; i++) {
      for (String name : storage.names()) {
        try (StorageFile file = storage.open(name)) {
          file.write(i * 700L, filled(900, 'a' + i));
        }
      }
    }
    storage.rename("d", "e");
    storage.create("f").close();
    return storage;
  }

  private static StorageFile preallocated(Storage storage, int size) throws IOException {
    StorageFile file = storage.create("a");
    file.write(0, filled(size, '-'));
    file.force();
    storage.forceDirectory();
    return file;
  }

  private static void writeForced(Storage storage, String name, String text) throws IOException {
    try (StorageFile file = storage.create(name)) {
      file.write(0, bytes(text));
      file.force();
    }
  }

  private static void forAllSeeds(Work work, Loss loss, Consumer<PowerCutStorage> check) {
    for (long seed = 0; seed < SEEDS; seed++) {
      PowerCutStorage storage = new PowerCutStorage(seed);
      try {
        work.on(storage);
        check.accept(storage.afterCut(loss));
      } catch (IOException | AssertionError e) {
        throw new AssertionError(storage + ", " + loss, e);
      }
    }
  }

  private static ByteBuffer filled(int length, int with) {
    byte[] filled = new byte[length];
    Arrays.fill(filled, (byte) with);
    return ByteBuffer.wrap(filled);
  }

  private static void assertAll(byte[] found, int from, int to, char expected) {
    assertThat(only(found, from, to)).isEqualTo(expected);
  }

  /** The one character of which all of a range consists. */
  private static char only(byte[] found, int from, int to) {
    for (int i = from; i < to; i++) {
      assertThat(found[i])
          .as("byte %d like the others from %d to %d", i, from, to)
          .isEqualTo(found[from]);
    }
    return (char) found[from];
  }

  private static void assertOff(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(PowerCut.class);
  }

  private static List<String> names(Storage storage) {
    try {
      return storage.names();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, String> contents(PowerCutStorage storage) {
    Map<String, String> contents = new TreeMap<>();
    names(storage)
        .forEach(name -> contents.put(name, new String(storage.contents(name), US_ASCII)));
    return contents;
  }

  private static String text(Storage storage, String name) throws IOException {
    try (StorageFile file = storage.open(name)) {
      return StorageContract.text(file);
    }
  }
}
