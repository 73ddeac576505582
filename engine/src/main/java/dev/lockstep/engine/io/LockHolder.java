package dev.lockstep.engine.io;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who holds a directory, as its lock file says for the messages of those who find it held. That it
 * is held is not decided by these words, which outlive a killed process, but by the lock alone.
 *
 * @param host the name of the machine
 * @param boot what tells one boot of that machine from another, or "unknown"
 * @param pid the process
 * @param started when the process started, or "unknown"
 */
public record LockHolder(String host, String boot, long pid, String started) {
  private static final String UNKNOWN = "unknown";

  static LockHolder thisProcess() {
    ProcessHandle self = ProcessHandle.current();
    return new LockHolder(
        hostName(),
        kernelSays("random/boot_id").orElse(UNKNOWN),
        self.pid(),
        self.info().startInstant().map(Object::toString).orElse(UNKNOWN));
  }

  /** Reads the text of a lock file; empty if its holder has not written it yet. */
  static Optional<LockHolder> parse(String text) {
    Map<String, String> fields = new LinkedHashMap<>();
    text.lines()
        .map(line -> line.split("=", 2))
        .filter(field -> field.length == 2)
        .forEach(field -> fields.put(field[0], field[1]));
    String pid = fields.getOrDefault("pid", "");
    if (!pid.matches("[0-9]{1,18}")) {
      return Optional.empty();
    }
    return Optional.of(
        new LockHolder(
            fields.getOrDefault("host", UNKNOWN),
            fields.getOrDefault("boot", UNKNOWN),
            Long.parseLong(pid),
            fields.getOrDefault("started", UNKNOWN)));
  }

  String text() {
    return "host=" + host + "\nboot=" + boot + "\npid=" + pid + "\nstarted=" + started + "\n";
  }

  /** The name of this machine, as far as it is known. */
  public static String hostName() {
    return kernelSays("hostname").orElseGet(LockHolder::networkName);
  }

  private static String networkName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return UNKNOWN; // Only a message loses by it.
    }
  }

  private static Optional<String> kernelSays(String setting) {
    try {
      Path file = Path.of("/proc/sys/kernel").resolve(setting);
      return Optional.of(Files.readString(file, StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      return Optional.empty(); // Not Linux: there are other sources.
    }
  }
}
