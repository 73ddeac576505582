package dev.lockstep.benchmarks;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the figures of a run depend on. */
final class Machine {
  private static final List<String> LIBRARIES =
      List.of(
          "chronicle-queue",
          "artemis-server",
          "kafka_2.13",
          "kafka-clients",
          "kafka-server-common",
          "netty-common",
          "narayana-jta",
          "postgresql");

  private Machine() {}

  /** Describes it, for data in a directory. */
  static Map<String, String> describe(Path data) throws IOException {
    Map<String, String> machine = new LinkedHashMap<>();
    machine.put("when", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    machine.put("processor", processor());
    machine.put("memory", memory());
    machine.put("system", property("os.name") + " " + property("os.version"));
    machine.put("JDK", property("java.vm.name") + " " + property("java.vm.version"));
    machine.put(
        "JVM arguments",
        String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
    FileStore store = Files.getFileStore(data);
    machine.put("file system", store.type() + " on " + store.name());
    machine.put("peers and libraries", String.join(", ", jars(property("java.class.path"))));
    return machine;
  }

  private static String processor() {
    return Runtime.getRuntime().availableProcessors()
        + " × "
        + field("/proc/cpuinfo", "model name");
  }

  private static String memory() {
    return field("/proc/meminfo", "MemTotal");
  }

  private static String field(String file, String name) {
    try (Stream<String> lines = Files.lines(Path.of(file))) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      // Only Linux has these files.
      return "unknown";
    }
  }

  private static List<String> jars(String classPath) {
    return Stream.of(classPath.split(File.pathSeparator, -1))
        .map(entry -> String.valueOf(Path.of(entry).getFileName()))
        .filter(jar -> LIBRARIES.stream().anyMatch(peer -> jar.startsWith(peer + "-")))
        .map(jar -> jar.replace(".jar", ""))
        .sorted()
        .toList();
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }
}
