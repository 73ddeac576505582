package dev.lockstep.testkit;

import dev.lockstep.InvalidConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Under which account the server runs. PostgreSQL refuses to be root, so that root starts it in a
 * user namespace of its own, or, where containers forbid that, as the user "nobody".
 */
enum ServerAccount {
  /** The account of this process. */
  OWN(""),
  /** Root outside, nobody to itself: all files stay ours. */
  USER_NAMESPACE("unshare -U"),
  /** Really nobody: the data directory must be given to it. */
  NOBODY("setpriv --reuid=65534 --regid=65534 --clear-groups");

  private static final int NOBODY_ID = 65534;
  private final String prefix;

  ServerAccount(String prefix) {
    this.prefix = prefix;
  }

  /** The account to use for a data directory that this process owns. */
  static ServerAccount forOwnerOf(Path directory) throws IOException {
    if (ownerId(directory) == NOBODY_ID) {
      return NOBODY;
    }
    if (ownerId(directory) != 0) {
      return OWN;
    }
    if (USER_NAMESPACE.isAvailable()) {
      return USER_NAMESPACE;
    }
    if (NOBODY.isAvailable()) {
      return NOBODY;
    }
    throw new InvalidConfigException(
        "PostgreSQL refuses to run as root, and neither 'unshare -U' nor 'setpriv' works here;"
            + " run as an ordinary user, or set "
            + EmbeddedDatabase.URL_VARIABLE
            + " to the JDBC URL of a PostgreSQL of your own");
  }

  private static int ownerId(Path directory) throws IOException {
    return (Integer) Files.getAttribute(directory, "unix:uid");
  }

  private boolean isAvailable() {
    return Commands.works(command("true"));
  }

  /** The command that runs a program under this account. */
  List<String> command(String... program) {
    List<String> command = new ArrayList<>();
    if (!prefix.isEmpty()) {
      command.addAll(List.of(prefix.split(" ", -1)));
    }
    command.addAll(List.of(program));
    return command;
  }

  /** Makes an empty directory the server's own. */
  void own(Path directory) throws IOException {
    if (this == NOBODY) {
      Files.setAttribute(directory, "unix:gid", NOBODY_ID);
      Files.setAttribute(directory, "unix:uid", NOBODY_ID);
    }
  }
}
