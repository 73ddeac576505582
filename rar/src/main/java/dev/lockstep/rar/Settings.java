package dev.lockstep.rar;

import dev.lockstep.Durability;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.LockstepConfig;
import dev.lockstep.TopicConfig;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The properties of the resource adapter, as an administrator wrote them. The container sets them
 * one by one before it starts the adapter. Equal by their values.
 */
final class Settings {
  private String dataDir = "";
  private String baseDir = "";
  private String durability = "";
  private String diskBudget = "";
  private String topics = "";

  void dataDir(String directory) {
    this.dataDir = directory.strip();
  }

  String dataDir() {
    return dataDir;
  }

  void baseDir(String directory) {
    this.baseDir = directory.strip();
  }

  String baseDir() {
    return baseDir;
  }

  void durability(String name) {
    this.durability = name.strip();
  }

  String durability() {
    return durability;
  }

  void diskBudget(String bytes) {
    this.diskBudget = bytes.strip();
  }

  String diskBudget() {
    return diskBudget;
  }

  void topics(String names) {
    this.topics = names.strip();
  }

  String topics() {
    return topics;
  }

  /**
   * What a log is opened with.
   *
   * @throws InvalidConfigException naming every property that has no valid value
   */
  LockstepConfig.Builder config() {
    LockstepConfig.Builder config = LockstepConfig.builder();
    List<String> problems = new ArrayList<>();
    if (dataDir.isEmpty()) {
      problems.add(
          "the property dataDir of the resource adapter is not set; name a directory on a local"
              + " disk");
    } else {
      try {
        config.dataDir(Path.of(baseDir).resolve(dataDir));
      } catch (InvalidPathException e) {
        problems.add(
            "dataDir '" + dataDir + "' in baseDir '" + baseDir + "' is no path: " + e.getMessage());
      }
    }
    if (!durability.isEmpty()) {
      try {
        config.durability(Durability.valueOf(durability.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        problems.add(
            "durability is '"
                + durability
                + "'; use one of "
                + Arrays.toString(Durability.values()));
      }
    }
    if (!diskBudget.isEmpty()) {
      try {
        config.diskBudget(Long.parseLong(diskBudget));
      } catch (NumberFormatException e) {
        problems.add("diskBudget is '" + diskBudget + "'; use a number of bytes");
      }
    }
    topicsToCreate(problems);
    if (!problems.isEmpty()) {
      throw new InvalidConfigException(String.join("; ", problems));
    }
    return config;
  }

  /** The topics to create; their syntax is checked by {@link #config}. */
  List<TopicConfig> topicsToCreate() {
    return topicsToCreate(new ArrayList<>());
  }

  private List<TopicConfig> topicsToCreate(List<String> problems) {
    List<TopicConfig> parsed = new ArrayList<>();
    for (String topic : topics.split(",", -1)) {
      if (topic.isBlank()) {
        continue;
      }
      String[] parts = topic.strip().split(":", -1);
      try {
        TopicConfig config = TopicConfig.of(parts[0].strip());
        parsed.add(
            parts.length == 1 ? config : config.partitions(Integer.parseInt(parts[1].strip())));
      } catch (NumberFormatException | InvalidConfigException e) {
        problems.add(
            "topics has '"
                + topic.strip()
                + "'; write the name, or name:partitions ("
                + e.getMessage()
                + ")");
      }
    }
    return parsed;
  }

  private List<String> values() {
    return List.of(dataDir, baseDir, durability, diskBudget, topics);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Settings that && values().equals(that.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }
}
