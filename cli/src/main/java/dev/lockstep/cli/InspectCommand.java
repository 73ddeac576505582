package dev.lockstep.cli;

import dev.lockstep.engine.inspect.ClosedDirectory;
import dev.lockstep.engine.inspect.Overview;
import dev.lockstep.engine.inspect.Overview.AuditSummary;
import dev.lockstep.engine.inspect.Overview.HeuristicSummary;
import dev.lockstep.engine.inspect.Overview.InDoubtSummary;
import dev.lockstep.engine.inspect.Overview.SegmentSummary;
import dev.lockstep.engine.store.CheckpointInfo;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.TreeMap;
import picocli.CommandLine.Command;

@Command(
    name = "inspect",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {
      "Shows a log at a glance.",
      "Its identity, its checkpoint, its segments with the bytes in them that messages still need,",
      "the transactions in doubt, and what was done by hand."
    },
    footer = {
      "",
      "USE of a segment: KEPT lies before the checkpoint, REPLAYED behind it, FREE is never read",
      "again, DAMAGED is refused by an open.",
      "Exit status: 0 all is well; 1 an open would refuse the log; 2 it was called wrongly; 3 the",
      "directory is held by a process, is not there, or can't be read; 4 the tool failed."
    })
final class InspectCommand extends DirectoryCommand {
  @Override
  int run(ClosedDirectory opened) throws IOException {
    Overview overview = opened.overview();
    if (isJson()) {
      JsonOutput.print(json(overview), out());
    } else {
      print(overview, out());
    }
    return overview.refusal().isPresent() ? LockstepTool.DAMAGED : LockstepTool.WELL;
  }

  private static void print(Overview overview, PrintWriter out) {
    out.println("directory    " + Escaped.text(overview.directory()));
    out.println("log          " + overview.logId() + ", life " + overview.incarnation());
    out.println("segments of  " + Sizes.text(overview.segmentSize()));
    out.println("files        " + Sizes.text(overview.fileBytes()));
    out.println("checkpoint   " + text(overview.checkpoint()));
    if (overview.refusal().isPresent()) {
      out.println("REFUSED      " + Escaped.text(overview.refusal().get()));
    } else {
      out.println(
          "end          position "
              + overview.end()
              + "; an open replays "
              + Sizes.text(overview.replayBytes()));
      out.println("torn tail    " + overview.tornBytes() + " bytes, which an open cuts off");
    }
    out.println();
    Table segments = new Table("SEGMENT", "LIFE", "USE", "FROM", "TO", "FILE BYTES", "LIVE BYTES");
    for (SegmentSummary segment : overview.segments()) {
      segments.row(
          segment.name(),
          segment.incarnation(),
          segment.use(),
          segment.from(),
          segment.to(),
          segment.fileBytes(),
          segment.liveBytes());
    }
    segments.print(out);
    out.println();
    if (overview.inDoubt().isEmpty()) {
      out.println("no transaction is in doubt");
    } else {
      Table inDoubt =
          new Table("TRANSACTION IN DOUBT", "PATH", "SINCE", "MESSAGES", "BLOCKED GROUPS");
      for (InDoubtSummary branch : overview.inDoubt()) {
        inDoubt.row(
            branch.transactionId(),
            branch.path(),
            branch.since(),
            branch.messagesByTopic(),
            branch.blockedGroups());
      }
      inDoubt.print(out);
    }
    printByHand(overview, out);
    printRecords(overview, out);
  }

  private static void printByHand(Overview overview, PrintWriter out) {
    if (!overview.heuristics().isEmpty()) {
      out.println();
      Table heuristics =
          new Table(
              "DECIDED BY HAND, NOT FORGOTTEN", "PATH", "OUTCOME", "AT", "MESSAGES", "REASON");
      for (HeuristicSummary branch : overview.heuristics()) {
        heuristics.row(
            branch.transactionId(),
            branch.path(),
            branch.outcome(),
            branch.at(),
            branch.messagesByTopic(),
            branch.reason());
      }
      heuristics.print(out);
    }
    if (!overview.audit().isEmpty()) {
      out.println();
      Table audit =
          new Table("DONE BY HAND AT", "ACTION", "TRANSACTION", "HOW", "DECISION", "BY", "REASON");
      for (AuditSummary record : overview.audit()) {
        audit.row(
            record.at(),
            record.action(),
            record.transactionId(),
            record.resolve(),
            record.decision(),
            record.user() + "@" + record.host() + ", process " + record.pid(),
            record.reason());
      }
      audit.print(out);
    }
  }

  private static void printRecords(Overview overview, PrintWriter out) {
    if (!overview.transactionRecords().isEmpty()) {
      out.println();
      Table records = new Table("TRANSACTION RECORDS", "NUMBER");
      new TreeMap<>(overview.transactionRecords()).forEach(records::row);
      records.print(out);
    }
  }

  private static String text(CheckpointInfo checkpoint) {
    return switch (checkpoint.status()) {
      case ABSENT -> "none";
      case DAMAGED -> "damaged";
      case FOREIGN -> "that of another log";
      case SOUND ->
          "at position "
              + checkpoint.from().position()
              + ", commits up to "
              + Instant.ofEpochMilli(checkpoint.latestCommit());
    };
  }

  private static JsonObject json(Overview overview) {
    JsonObjectBuilder object = Json.createObjectBuilder();
    object.add("directory", overview.directory());
    object.add("logId", overview.logId().toString());
    object.add("segmentSize", overview.segmentSize());
    object.add("incarnation", overview.incarnation());
    object.add("end", overview.end());
    object.add("tornBytes", overview.tornBytes());
    object.add("replayBytes", overview.replayBytes());
    object.add("fileBytes", overview.fileBytes());
    CheckpointInfo checkpoint = overview.checkpoint();
    object.add(
        "checkpoint",
        Json.createObjectBuilder()
            .add("status", checkpoint.status().name())
            .add("position", checkpoint.from().position())
            .add("watermark", checkpoint.from().watermark())
            .add("latestCommit", Instant.ofEpochMilli(checkpoint.latestCommit()).toString()));
    JsonArrayBuilder segments = Json.createArrayBuilder();
    overview.segments().forEach(segment -> segments.add(json(segment)));
    object.add("segments", segments);
    JsonArrayBuilder inDoubt = Json.createArrayBuilder();
    overview.inDoubt().forEach(branch -> inDoubt.add(json(branch)));
    object.add("inDoubt", inDoubt);
    JsonArrayBuilder heuristics = Json.createArrayBuilder();
    overview.heuristics().forEach(branch -> heuristics.add(json(branch)));
    object.add("heuristics", heuristics);
    JsonArrayBuilder audit = Json.createArrayBuilder();
    overview.audit().forEach(record -> audit.add(json(record)));
    object.add("audit", audit);
    JsonObjectBuilder records = Json.createObjectBuilder();
    new TreeMap<>(overview.transactionRecords()).forEach(records::add);
    object.add("transactionRecords", records);
    JsonOutput.add(object, "refusal", overview.refusal());
    return object.build();
  }

  private static JsonObjectBuilder json(SegmentSummary segment) {
    return Json.createObjectBuilder()
        .add("name", segment.name())
        .add("number", segment.number())
        .add("incarnation", segment.incarnation())
        .add("use", segment.use())
        .add("from", segment.from())
        .add("to", segment.to())
        .add("fileBytes", segment.fileBytes())
        .add("liveBytes", segment.liveBytes());
  }

  private static JsonObjectBuilder json(InDoubtSummary branch) {
    JsonObjectBuilder messages = Json.createObjectBuilder();
    branch.messagesByTopic().forEach(messages::add);
    return Json.createObjectBuilder()
        .add("transactionId", branch.transactionId())
        .add("path", branch.path().name())
        .add("since", branch.since().toString())
        .add("messagesByTopic", messages)
        .add("blockedGroups", Json.createArrayBuilder(branch.blockedGroups()));
  }

  private static JsonObjectBuilder json(HeuristicSummary branch) {
    JsonObjectBuilder messages = Json.createObjectBuilder();
    branch.messagesByTopic().forEach(messages::add);
    return Json.createObjectBuilder()
        .add("transactionId", branch.transactionId())
        .add("path", branch.path().name())
        .add("since", branch.since().toString())
        .add("outcome", branch.outcome())
        .add("at", branch.at().toString())
        .add("reason", branch.reason())
        .add("messagesByTopic", messages);
  }

  private static JsonObjectBuilder json(AuditSummary record) {
    return Json.createObjectBuilder()
        .add("at", record.at().toString())
        .add("action", record.action().name())
        .add("transactionId", record.transactionId())
        .add("resolve", record.resolve().name())
        .add("decision", record.decision())
        .add("user", record.user())
        .add("host", record.host())
        .add("pid", record.pid())
        .add("reason", record.reason());
  }
}
