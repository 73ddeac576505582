package dev.lockstep.cli;

import dev.lockstep.engine.inspect.ClosedDirectory;
import dev.lockstep.engine.inspect.GroupSummary;
import dev.lockstep.engine.inspect.GroupSummary.GroupPartition;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;

@Command(
    name = "groups",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {
      "Shows the consumer groups and their lag.",
      "That is: the acknowledged offset of each partition, how many messages are not acknowledged, and",
      "the transactions in doubt that hold the group up."
    },
    footer = {
      "",
      "Exit status: 0 all is well; 1 an open would refuse the log; 2 it was called wrongly; 3 the",
      "directory is held by a process, is not there, or can't be read; 4 the tool failed."
    })
final class GroupsCommand extends DirectoryCommand {
  @Override
  int run(ClosedDirectory opened) throws IOException {
    List<GroupSummary> groups = opened.groups();
    if (isJson()) {
      JsonArrayBuilder array = Json.createArrayBuilder();
      groups.forEach(group -> array.add(json(group)));
      JsonOutput.print(Json.createObjectBuilder().add("groups", array).build(), out());
    } else {
      Table table =
          new Table(
              "GROUP", "TOPIC", "PARTITION", "COMMITTED", "END", "LAG", "PARKED", "BLOCKED BY");
      for (GroupSummary group : groups) {
        for (GroupPartition partition : group.partitions()) {
          table.row(
              group.group(),
              group.topic(),
              partition.partition(),
              partition.committed().isPresent() ? partition.committed().getAsLong() : "-",
              partition.end(),
              partition.lag(),
              group.parked(),
              String.join(" ", group.blockedBy()));
        }
      }
      table.print(out());
    }
    return LockstepTool.WELL;
  }

  private static JsonObjectBuilder json(GroupSummary group) {
    JsonArrayBuilder partitions = Json.createArrayBuilder();
    for (GroupPartition partition : group.partitions()) {
      JsonObjectBuilder object = Json.createObjectBuilder();
      object.add("partition", partition.partition());
      JsonOutput.add(object, "committed", partition.committed());
      partitions.add(object.add("end", partition.end()).add("lag", partition.lag()));
    }
    return Json.createObjectBuilder()
        .add("group", group.group())
        .add("topic", group.topic())
        .add("lag", group.lag())
        .add("parked", group.parked())
        .add("waiting", Json.createArrayBuilder(group.waiting()))
        .add("blockedBy", Json.createArrayBuilder(group.blockedBy()))
        .add("partitions", partitions);
  }
}
