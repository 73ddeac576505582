package dev.lockstep.wildfly;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.importer.ZipImporter;
import org.jboss.shrinkwrap.api.spec.ResourceAdapterArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The deployments of the tests. */
final class Archives {
  private Archives() {}

  /** A web application with the libraries that docs/wildfly.md names. */
  static WebArchive war(String name) {
    return ShrinkWrap.create(WebArchive.class, name).addAsLibraries(files("war-libraries"));
  }

  /** A web application with the libraries for half messages, and without a manifest entry. */
  static WebArchive halfMessageWar(String name) {
    return ShrinkWrap.create(WebArchive.class, name)
        .addAsLibraries(files("half-message-libraries"));
  }

  /** A web application without the service activator: its own manifest names Narayana's module. */
  static WebArchive warWithoutActivator(String name) {
    File[] libraries =
        Stream.of(files("war-libraries"))
            .filter(file -> !file.getName().startsWith("lockstep-jboss"))
            .toArray(File[]::new);
    return ShrinkWrap.create(WebArchive.class, name)
        .addAsLibraries(libraries)
        .addAsManifestResource(new StringAsset("Dependencies: org.jboss.jts\n"), "MANIFEST.MF");
  }

  /** The resource adapter, as it is built. */
  static ResourceAdapterArchive resourceAdapter() {
    return ShrinkWrap.create(ZipImporter.class, "lockstep.rar")
        .importFrom(files("resource-adapter")[0])
        .as(ResourceAdapterArchive.class);
  }

  /** The resource adapter, under another name, with another directory in its configuration. */
  static ResourceAdapterArchive resourceAdapterIn(String directory, String name) {
    ResourceAdapterArchive archive =
        ShrinkWrap.create(ZipImporter.class, name)
            .importFrom(files("resource-adapter")[0])
            .as(ResourceAdapterArchive.class);
    String configuration = "META-INF/ironjacamar.xml";
    try (InputStream original = archive.delete(configuration).getAsset().openStream()) {
      String text = new String(original.readAllBytes(), StandardCharsets.UTF_8);
      return archive.addAsManifestResource(
          new StringAsset(text.replace("${lockstep.data-dir:lockstep}", directory)),
          "ironjacamar.xml");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A web application that sees Narayana. */
  static WebArchive server(String name) {
    return ShrinkWrap.create(WebArchive.class, name)
        .addAsManifestResource(new StringAsset("Dependencies: org.jboss.jts\n"), "MANIFEST.MF");
  }

  /** A web application that uses the resource adapter, and has nothing of Lockstep in it. */
  static WebArchive client(String name, String... modules) {
    String dependencies =
        Stream.concat(Stream.of("deployment.lockstep.rar"), Stream.of(modules))
            .collect(Collectors.joining(", ", "Dependencies: ", "\n"));
    return ShrinkWrap.create(WebArchive.class, name)
        .addAsManifestResource(new StringAsset(dependencies), "MANIFEST.MF");
  }

  /** The libraries of the tests themselves, for those that run inside the server. */
  static File[] testLibraries() {
    return Stream.of(
            org.assertj.core.api.Assertions.class,
            net.bytebuddy.ByteBuddy.class,
            org.awaitility.Awaitility.class,
            org.hamcrest.Matcher.class)
        .map(Archives::jarOf)
        .toArray(File[]::new);
  }

  private static File jarOf(Class<?> type) {
    try {
      return new File(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static File[] files(String directory) {
    Path path = Path.of(System.getProperty("lockstep.wildfly.target"), directory);
    try (Stream<Path> files = Files.list(path)) {
      return files.map(Path::toFile).toArray(File[]::new);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
