package dev.lockstep.engine.inspect;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.batch.BatchReader;
import dev.lockstep.engine.batch.Compressors;
import dev.lockstep.engine.inspect.Finding.Kind;
import dev.lockstep.engine.inspect.LogView.Derived;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.log.ClosedLog;
import dev.lockstep.engine.log.LogIdentity;
import dev.lockstep.engine.store.CheckpointInfo;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Checks a whole log: first each file and each frame on its own, then what they say of one another.
 */
final class Verifier {
  private static final String RESTORE =
      "Restore the directory from a backup, together with the databases that it shares"
          + " transactions with";

  private final Storage storage;
  private final Progress progress;
  private final Report report = new Report();
  private final BatchReader batches = new BatchReader(Compressors.installed());

  Verifier(Storage storage, Progress progress) {
    this.storage = storage;
    this.progress = progress;
  }

  Verification verify() throws IOException {
    Optional<LogIdentity> identity = identity();
    if (identity.isPresent()) {
      try (LogView view = LogView.open(storage, identity.get())) {
        verify(view);
      }
    }
    unusedFiles();
    return report.verification();
  }

  private Optional<LogIdentity> identity() throws IOException {
    try {
      Optional<LogIdentity> identity = LogIdentity.find(storage);
      if (identity.isEmpty()) {
        damagedIdentity("the file is missing");
      }
      return identity;
    } catch (CorruptLogException e) {
      damagedIdentity(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private void damagedIdentity(String problem) {
    report.add(
        Finding.of(
                Kind.IDENTITY,
                problem,
                "without it no checksum can be checked, and the log can't be opened. The identity"
                    + " never changes: the file of any backup of this directory will do")
            .in(LogIdentity.FILE));
    report.add(Note.Kind.NOT_CHECKED, "nothing else was checked: the identity is needed for it");
  }

  private void verify(LogView view) throws IOException {
    CheckpointInfo checkpoint = view.checkpoint();
    checkpoint(checkpoint);
    indexFiles(checkpoint);
    segments(view.log());
    FrameCheck frames =
        new FrameCheck(view.log(), checkpoint, new FrameContent(batches), report, progress);
    frames.run();
    derived(view).ifPresent(derived -> tornTail(derived));
  }

  private void checkpoint(CheckpointInfo checkpoint) {
    switch (checkpoint.status()) {
      case SOUND -> {}
      case ABSENT ->
          report.add(
              Note.Kind.NO_CHECKPOINT, "there is no checkpoint: an open reads the whole log");
      case DAMAGED -> damagedCheckpoint("its checksum or its length is wrong");
      case FOREIGN -> damagedCheckpoint("it is that of another log");
    }
  }

  private void damagedCheckpoint(String problem) {
    report.add(
        Finding.of(
                Kind.CHECKPOINT,
                problem,
                "the next open derives everything from the whole log, if no part of that was"
                    + " reclaimed meanwhile, and is refused otherwise")
            .in(DirectoryFiles.CHECKPOINT));
  }

  private void indexFiles(CheckpointInfo checkpoint) throws IOException {
    List<String> names = storage.names();
    for (String name : new TreeSet<>(checkpoint.indexFiles())) {
      if (!names.contains(name)) {
        report.add(
            Finding.of(
                    Kind.INDEX,
                    "the file is missing, and the checkpoint counts on it",
                    "the next open derives all indexes from the whole log, if no part of that was"
                        + " reclaimed meanwhile, and is refused otherwise")
                .in(name));
      }
    }
    for (String name : names) {
      if (DirectoryFiles.isIndex(name) && !checkpoint.indexFiles().contains(name)) {
        report.add(
            Note.Kind.UNUSED_FILE,
            "file '" + name + "' is named by no checkpoint; the next checkpoint deletes it");
      }
    }
  }

  /** An index file may be too short, of which an open takes note by beginning at the start. */
  private void shortIndex(LogView view, Derived derived) {
    if (derived.from().position() < view.checkpoint().from().position() && report.isSound()) {
      report.add(
          Finding.of(
                  Kind.INDEX,
                  "the index file is shorter than the checkpoint counts on",
                  "the next open derives all indexes from the whole log")
              .in(derived.from().lost().orElseThrow()));
    }
  }

  private void segments(ClosedLog log) throws IOException {
    for (ClosedLog.Refused refused : log.refused()) {
      report.add(
          Finding.of(
                  Kind.SEGMENT_REFUSED,
                  String.valueOf(refused.cause().getMessage()),
                  "the log can't be opened, and no message of this segment can be read. " + RESTORE)
              .in(refused.name(), 0, refused.number() * log.segmentSize()));
    }
    for (ClosedLog.SegmentInfo segment : log.segments()) {
      if (segment.fileBytes() < segment.expectedBytes()) {
        report.add(
            Finding.of(
                    Kind.SEGMENT_SHORT,
                    "the file ends at byte "
                        + segment.fileBytes()
                        + " and had at least "
                        + segment.expectedBytes()
                        + " bytes",
                    "the log can't be opened, and no message behind that byte can be read. "
                        + RESTORE)
                .in(segment.name(), segment.fileBytes(), segment.positionOf(segment.fileBytes())));
      }
    }
    for (String missing : log.missing()) {
      report.add(
          Finding.of(
                  Kind.SEGMENT_MISSING,
                  "the file is missing, and what the log says elsewhere counts on it",
                  "none of its messages can be read. " + RESTORE)
              .in(missing));
    }
    report.checkedSegments(log.segments().size() + log.refused().size());
  }

  /** What an open would derive, with the checks of it; nothing if it would be refused. */
  private Optional<Derived> derived(LogView view) throws IOException {
    try {
      Derived derived = view.derive();
      shortIndex(view, derived);
      new IndexCheck(view.log(), derived.state(), batches, report, progress).run();
      new StateCheck(view.log(), derived.state(), report).run();
      return Optional.of(derived);
    } catch (CorruptLogException | IllegalStateException | IllegalArgumentException e) {
      refused(String.valueOf(e.getMessage()));
    } catch (IndexOutOfBoundsException | BufferUnderflowException e) {
      refused("a frame makes no sense: " + e);
    }
    report.add(
        Note.Kind.NOT_CHECKED,
        "topics, groups and branches in doubt were not checked: an open would be refused");
    return Optional.empty();
  }

  /** What was found in the files says it better, where there is such a finding. */
  private void refused(String message) {
    if (report.isSound()) {
      report.add(Finding.of(Kind.STATE, message, "the log can't be opened. " + RESTORE));
    }
  }

  private void tornTail(Derived derived) {
    if (derived.extent().tornBytes() > 0) {
      report.add(
          Note.Kind.TORN_TAIL,
          "the last "
              + derived.extent().tornBytes()
              + " bytes, from position "
              + derived.extent().end()
              + " on, were not forced when the process ended; nothing of them was acknowledged, and"
              + " the next open cuts them off");
    }
  }

  private void unusedFiles() throws IOException {
    for (String name : storage.names()) {
      if (!DirectoryFiles.belongsToALog(name)) {
        report.add(
            Note.Kind.UNUSED_FILE,
            DirectoryFiles.isTemporary(name)
                ? "file '" + name + "' was left by a crash; the next open deletes or replaces it"
                : "file '" + name + "' does not belong to the log");
      }
    }
  }
}
