package dev.lockstep.cli;

import dev.lockstep.TopicConfig;
import dev.lockstep.engine.inspect.ClosedDirectory;
import dev.lockstep.engine.inspect.TopicSummary;
import dev.lockstep.engine.inspect.TopicSummary.PartitionSummary;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;

@Command(
    name = "topics",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {"Shows the topics with their offsets and messages."},
    footer = {
      "",
      "Exit status: 0 all is well; 1 an open would refuse the log; 2 it was called wrongly; 3 the",
      "directory is held by a process, is not there, or can't be read; 4 the tool failed."
    })
final class TopicsCommand extends DirectoryCommand {
  @Override
  int run(ClosedDirectory opened) throws IOException {
    List<TopicSummary> topics = opened.topics();
    if (isJson()) {
      JsonArrayBuilder array = Json.createArrayBuilder();
      topics.forEach(topic -> array.add(json(topic)));
      JsonOutput.print(Json.createObjectBuilder().add("topics", array).build(), out());
    } else {
      Table table = new Table("TOPIC", "PARTITION", "FIRST", "END", "MESSAGES", "BYTES");
      for (TopicSummary topic : topics) {
        for (PartitionSummary partition : topic.partitions()) {
          table.row(
              topic.config().name(),
              partition.partition(),
              partition.first(),
              partition.end(),
              partition.messages(),
              partition.bytes());
        }
      }
      table.print(out());
    }
    return LockstepTool.WELL;
  }

  private static JsonObject json(TopicSummary topic) {
    TopicConfig config = topic.config();
    JsonArrayBuilder partitions = Json.createArrayBuilder();
    for (PartitionSummary partition : topic.partitions()) {
      partitions.add(
          Json.createObjectBuilder()
              .add("partition", partition.partition())
              .add("first", partition.first())
              .add("end", partition.end())
              .add("messages", partition.messages())
              .add("bytes", partition.bytes()));
    }
    JsonObjectBuilder object = Json.createObjectBuilder();
    object.add("name", config.name()).add("number", topic.number());
    JsonOutput.add(object, "retainMillis", millis(config.retainFor()));
    JsonOutput.add(object, "retainBytes", config.retainBytes());
    object.add("retainUntilConsumed", config.isRetainedUntilConsumed());
    JsonOutput.add(object, "tombstoneRetentionMillis", millis(config.tombstoneRetention()));
    object.add("compression", config.compression().name());
    object.add("messages", topic.messages()).add("bytes", topic.bytes());
    object.add("partitions", partitions);
    return object.build();
  }

  private static OptionalLong millis(Optional<Duration> duration) {
    return duration.stream().mapToLong(Duration::toMillis).findFirst();
  }
}
