package dev.lockstep.cli;

import dev.lockstep.engine.inspect.ClosedDirectory;
import dev.lockstep.engine.inspect.DumpQuery;
import dev.lockstep.engine.inspect.Finding;
import dev.lockstep.engine.inspect.FrameKind;
import jakarta.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

@Command(
    name = "dump",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {
      "Prints the frames of the log.",
      "One a line: position, file and byte, length, type, content; docs/format.md explains them.",
      "What can't be seen in a text is shown as an escape such as \\n or \\u009b."
    },
    footer = {
      "",
      "Types: watermark, end, message, batch, prepare, commit, rollback, topic, group, and so on.",
      "Exit status: 0 all is well; 1 damage was passed over, or an open would refuse the log and a",
      "topic was asked for; 2 it was called wrongly; 3 the directory is held by a process, is not",
      "there, or can't be read; 4 the tool failed, or what it prints can't be written."
    })
final class DumpCommand extends DirectoryCommand {
  @Option(names = "--from", paramLabel = "POSITION", description = "begin at this position")
  private long from;

  @Option(names = "--to", paramLabel = "POSITION", description = "end before this position")
  private long to = Long.MAX_VALUE;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      split = ",",
      description = "only frames of these types; may be repeated")
  private List<String> types = new ArrayList<>();

  @Option(names = "--topic", paramLabel = "NAME", description = "only frames that concern a topic")
  private @Nullable String topic;

  @Option(
      names = "--partition",
      paramLabel = "N",
      description = "only frames that concern this partition of the topic")
  private @Nullable Integer partition;

  @Option(
      names = "--offset",
      paramLabel = "N",
      description = "the frame of this message of the topic; partition 0 if none is given")
  private @Nullable Long offset;

  @Option(names = "--limit", paramLabel = "N", description = "at most so many frames")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--bytes",
      paramLabel = "N",
      description = "so much of each payload, key and value; default 200")
  private int maxBytes = 200;

  @Override
  int run(ClosedDirectory opened) throws IOException {
    FrameText text = new FrameText(maxBytes);
    PrintWriter out = out();
    List<Finding> damage = new ArrayList<>();
    opened.dump(
        query(),
        frame -> {
          if (isJson()) {
            JsonOutput.printLine(text.json(frame), out);
          } else {
            out.println(text.line(frame));
          }
        },
        finding -> {
          damage.add(finding);
          print(finding, out);
        });
    return damage.isEmpty() ? LockstepTool.WELL : LockstepTool.DAMAGED;
  }

  private void print(Finding finding, PrintWriter out) {
    if (isJson()) {
      JsonOutput.printLine(
          Json.createObjectBuilder().add("damage", FindingText.json(finding)).build(), out);
    } else {
      out.println("DAMAGE  " + FindingText.line(finding));
    }
  }

  private DumpQuery query() {
    if ((partition != null || offset != null) && topic == null) {
      throw misuse("--partition and --offset need --topic");
    }
    if (from < 0 || to < 0 || limit < 0 || maxBytes < 0) {
      throw misuse("--from, --to, --limit and --bytes are numbers from 0 on");
    }
    return new DumpQuery(
        from,
        to,
        kinds(),
        Optional.ofNullable(topic),
        partition == null ? OptionalInt.empty() : OptionalInt.of(partition),
        offset == null ? OptionalLong.empty() : OptionalLong.of(offset),
        limit);
  }

  private Set<FrameKind> kinds() {
    Set<FrameKind> kinds = EnumSet.noneOf(FrameKind.class);
    for (String type : types) {
      kinds.add(
          Arrays.stream(FrameKind.values())
              .filter(kind -> kind.label().equalsIgnoreCase(type))
              .findFirst()
              .orElseThrow(() -> unknown(type)));
    }
    return kinds;
  }

  private ParameterException unknown(String type) {
    return misuse(
        "there is no type '"
            + type
            + "' of frames; there are "
            + Arrays.stream(FrameKind.values()).map(FrameKind::label).toList());
  }
}
