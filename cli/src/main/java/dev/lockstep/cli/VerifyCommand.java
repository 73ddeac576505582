package dev.lockstep.cli;

import dev.lockstep.engine.inspect.ClosedDirectory;
import dev.lockstep.engine.inspect.Finding;
import dev.lockstep.engine.inspect.Note;
import dev.lockstep.engine.inspect.Verification;
import dev.lockstep.engine.inspect.Verification.Checked;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

@Command(
    name = "verify",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {
      "Checks every checksum and every reference, and names what is wrong.",
      "That is: the file, the byte, the position in the log, the topic, the partition and the offset,",
      "and what follows from it."
    },
    footer = {
      "",
      "Exit status: 0 all is well, also if a kill left an unfinished end; 1 damage was found; 2 it",
      "was called wrongly; 3 the directory is held by a process, is not there, or can't be read; 4",
      "the tool failed."
    })
final class VerifyCommand extends DirectoryCommand {
  @Override
  int run(ClosedDirectory opened) throws IOException {
    Verification verification = opened.verify(new ConsoleProgress(err()));
    if (isJson()) {
      JsonOutput.print(json(verification), out());
    } else {
      print(verification, out());
    }
    return verification.isSound() ? LockstepTool.WELL : LockstepTool.DAMAGED;
  }

  private static void print(Verification verification, PrintWriter out) {
    for (Finding finding : verification.findings()) {
      out.println("DAMAGE  " + FindingText.place(finding));
      out.println("        " + Escaped.text(finding.problem()));
      out.println("        " + Escaped.text(finding.meaning()));
    }
    for (Note note : verification.notes()) {
      out.println("NOTE    " + Escaped.text(note.text()));
    }
    Checked checked = verification.checked();
    out.println(
        "checked "
            + checked.segments()
            + " segments, "
            + checked.frames()
            + " frames ("
            + Sizes.text(checked.bytes())
            + "), "
            + checked.messages()
            + " messages in "
            + checked.partitions()
            + " partitions, "
            + checked.groups()
            + " groups, "
            + checked.inDoubt()
            + " transactions in doubt");
    out.println(
        verification.isSound() ? "all is well" : "damage: " + verification.findings().size());
  }

  private static JsonObject json(Verification verification) {
    JsonArrayBuilder findings = Json.createArrayBuilder();
    verification.findings().forEach(finding -> findings.add(FindingText.json(finding)));
    JsonArrayBuilder notes = Json.createArrayBuilder();
    for (Note note : verification.notes()) {
      notes.add(
          Json.createObjectBuilder().add("kind", note.kind().name()).add("text", note.text()));
    }
    Checked checked = verification.checked();
    return Json.createObjectBuilder()
        .add("sound", verification.isSound())
        .add("findings", findings)
        .add("notes", notes)
        .add(
            "checked",
            Json.createObjectBuilder()
                .add("segments", checked.segments())
                .add("frames", checked.frames())
                .add("bytes", checked.bytes())
                .add("messages", checked.messages())
                .add("partitions", checked.partitions())
                .add("groups", checked.groups())
                .add("inDoubt", checked.inDoubt())
                .add("heuristics", checked.heuristics()))
        .build();
  }
}
