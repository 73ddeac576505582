package dev.lockstep.engine;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import dev.lockstep.house.HouseTest;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineHouseTest extends HouseTest {
  private static final String ENGINE = "dev.lockstep.engine";

  @Test
  void knowsNoTransactionManagerAndNoDatabase() {
    checkOnly(
        "engine has no JTA, no JDBC, no CDI, and sees of Lockstep the api only",
        "dev.lockstep",
        "dev.lockstep.spi",
        "dev.lockstep.engine..",
        "java..",
        "javax.management..",
        "org.jspecify..");
    checkNever("JDBC belongs to datasource", "java.sql..");
  }

  /**
   * The arrows: store, tx, group, dedup and delay, index, batch, frame, log, io, from top to
   * bottom.
   */
  @ParameterizedTest
  @CsvSource({
    "io, io",
    "log, log io",
    "frame, frame log",
    "batch, batch frame log",
    "index, index batch frame log io",
    "group, group index frame log",
    "dedup, dedup index frame",
    "delay, delay",
    "tx, tx group dedup delay index batch frame log",
    "store, store tx group index frame log io",
    "inspect, inspect store tx group index batch frame log io",
    "jmx, jmx",
    "client, client"
  })
  void roomSeesOnlyItselfAndTheRoomsBelow(String room, String seen) {
    String[] visible =
        Stream.of(seen.split(" ")).map(name -> ENGINE + "." + name + "..").toArray(String[]::new);
    check(
        noClasses()
            .that()
            .resideInAPackage(ENGINE + "." + room + "..")
            .should()
            .dependOnClassesThat(
                resideInAPackage(ENGINE + "..").and(not(resideInAnyPackage(visible))))
            .because("the arrows between the rooms of the engine point one way"));
  }

  @Test
  void noTwoRoomsSeeEachOther() {
    check(slices().matching(ENGINE + ".(*)..").should().beFreeOfCycles());
  }

  @Test
  void onlyIoTouchesFiles() {
    DescribedPredicate<JavaClass> files =
        belongToAnyOf(
            File.class,
            FileDescriptor.class,
            FileInputStream.class,
            FileOutputStream.class,
            FileReader.class,
            FileWriter.class,
            RandomAccessFile.class);
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(ENGINE + ".io..")
            .should()
            .dependOnClassesThat(
                files
                    .or(resideInAnyPackage("java.nio.file..", "java.nio.channels.."))
                    // A path is a name: the configuration hands one down to io.
                    .and(not(type(Path.class))))
            .because("a test cuts the power below engine.io: a file touched elsewhere escapes it"));
  }
}
