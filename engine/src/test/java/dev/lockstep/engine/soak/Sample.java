package dev.lockstep.engine.soak;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the process and its directory hold at one moment. */
record Sample(long heap, long threads, long openFiles, long disk) {
  private static final String SEGMENT = ".segment";

  static final List<String> NAMES = List.of("heap", "threads", "open files", "disk");

  static Sample take(Path directory) throws IOException {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return new Sample(
        runtime.totalMemory() - runtime.freeMemory(),
        ManagementFactory.getThreadMXBean().getThreadCount(),
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getOpenFileDescriptorCount()
            : 0,
        disk(directory));
  }

  /** The bytes of all files. Those that go meanwhile count no more. */
  static long disk(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.mapToLong(Sample::size).sum();
    }
  }

  /** The smallest number that a segment file has. */
  static long firstSegment(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(SEGMENT))
          .mapToLong(name -> Long.parseLong(name.substring(0, name.indexOf('.')), 16))
          .min()
          .orElseThrow();
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Long> figures() {
    return List.of(heap, threads, openFiles, disk);
  }
}
