package dev.lockstep.testkit;

import dev.lockstep.InvalidConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * PostgreSQL's programs for this machine, from the class path, unpacked once and kept in the
 * directory for temporary files. The directory's name is the digest of the archive, and it appears
 * by one rename, so that processes that start at the same time do not disturb each other.
 */
final class PostgresBinaries {
  private static final String COUNT_FILE = "files.count";

  private PostgresBinaries() {}

  /** The directory with {@code bin}, {@code lib} and {@code share}. */
  static Path unpacked() {
    String archive = archiveName(System.getProperty("os.name"), System.getProperty("os.arch"));
    URL source = PostgresBinaries.class.getResource("/" + archive);
    if (source == null) {
      throw new InvalidConfigException(
          archive
              + " is not on the class path; add the io.zonky.test.postgres binaries of this"
              + " platform, or set "
              + EmbeddedDatabase.URL_VARIABLE
              + " to the JDBC URL of a PostgreSQL of your own");
    }
    try {
      Path parent = cacheDirectory();
      Path target = parent.resolve(digest(source));
      if (!isComplete(target)) {
        unpack(source, parent, target);
      }
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack " + archive, e);
    }
  }

  static String archiveName(String osName, String osArch) {
    String os = osName.toLowerCase(Locale.ROOT);
    String system = os.startsWith("linux") ? "linux" : os.startsWith("mac") ? "darwin" : "";
    String machine =
        switch (osArch.toLowerCase(Locale.ROOT)) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm_64";
          default -> "";
        };
    if (system.isEmpty() || machine.isEmpty()) {
      throw new InvalidConfigException(
          "no PostgreSQL binaries for "
              + osName
              + " on "
              + osArch
              + "; set "
              + EmbeddedDatabase.URL_VARIABLE
              + " to the JDBC URL of a PostgreSQL of your own");
    }
    return "postgres-" + system + "-" + machine + ".txz";
  }

  /** Readable for all, since the server may have to run as another user than root. */
  private static Path cacheDirectory() throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    Path own = Files.createTempFile(temporary, "lockstep", ".owner");
    try {
      Path directory =
          temporary.resolve("lockstep-postgres-" + Files.getAttribute(own, "unix:uid"));
      try {
        Files.createDirectory(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      } catch (FileAlreadyExistsException e) {
        if (!Files.getOwner(directory).equals(Files.getOwner(own))) {
          throw new IOException(directory + " belongs to another user; remove it", e);
        }
      }
      return directory;
    } finally {
      Files.delete(own);
    }
  }

  private static String digest(URL source) throws IOException {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      try (InputStream in = new DigestInputStream(source.openStream(), sha256)) {
        in.transferTo(java.io.OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(sha256.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Cleaners of temporary directories remove single old files: count them. */
  private static boolean isComplete(Path directory) throws IOException {
    Path count = directory.resolve(COUNT_FILE);
    return Files.exists(count)
        && Files.readString(count).equals(Long.toString(filesBelow(directory)));
  }

  private static long filesBelow(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> !file.endsWith(COUNT_FILE)).count();
    }
  }

  private static void unpack(URL source, Path parent, Path target) throws IOException {
    Path fresh = Files.createTempDirectory(parent, "unpacking");
    try {
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
      try (InputStream in = source.openStream();
          TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(in))) {
        for (TarArchiveEntry entry = tar.getNextEntry();
            entry != null;
            entry = tar.getNextEntry()) {
          unpack(entry, tar, fresh);
        }
      }
      Files.writeString(
          fresh.resolve(COUNT_FILE), Long.toString(filesBelow(fresh)), StandardCharsets.US_ASCII);
      if (Files.exists(target)) {
        Files.move(target, fresh.resolveSibling(fresh.getFileName() + "-broken"));
      }
      Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      // Another process may have been faster; then its directory is as good as ours.
      if (!isComplete(target)) {
        throw e;
      }
    } finally {
      deleteTree(fresh);
      deleteTree(fresh.resolveSibling(fresh.getFileName() + "-broken"));
    }
  }

  private static void unpack(TarArchiveEntry entry, InputStream content, Path root)
      throws IOException {
    Path path = root.resolve(entry.getName()).normalize();
    if (!path.startsWith(root)) {
      throw new IOException("entry " + entry.getName() + " leaves the archive");
    }
    if (entry.isDirectory()) {
      Files.createDirectories(path);
      Files.setPosixFilePermissions(path, permissions(0755));
    } else if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
    } else {
      Files.createDirectories(path.resolveSibling("."));
      Files.copy(content, path);
      Files.setPosixFilePermissions(path, permissions(entry.getMode()));
    }
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    return PosixFilePermissions.fromString((mode & 0111) == 0 ? "rw-r--r--" : "rwxr-xr-x");
  }

  /** Deletes a directory and all below it; nothing happens if it is absent. */
  static void deleteTree(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
