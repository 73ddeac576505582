package dev.lockstep.engine.inspect;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.batch.BatchReader;
import dev.lockstep.engine.batch.Compressors;
import dev.lockstep.engine.inspect.Finding.Kind;
import dev.lockstep.engine.inspect.LogView.Derived;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.io.StorageFile;
import dev.lockstep.engine.log.ClosedLog;
import dev.lockstep.engine.log.LogIdentity;
import dev.lockstep.engine.store.CheckpointInfo;
import dev.lockstep.engine.store.UnfitFrameException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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
    long replayFrom = indexFiles(checkpoint) ? checkpoint.from().position() : 0;
    segments(view.log());
    FrameCheck frames =
        new FrameCheck(view.log(), replayFrom, new FrameContent(batches), report, progress);
    frames.run();
    Optional<Derived> derived = derived(view);
    new IndexCheck(view.log(), view.state(), batches, report, progress).run();
    if (derived.isPresent()) {
      new StateCheck(view.log(), view.state(), report).run();
      tornTail(derived.get());
    } else {
      report.add(
          Note.Kind.NOT_CHECKED,
          "an open would be refused: groups and branches in doubt were not checked, and of topics"
              + " only what an open finds before that");
    }
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

  /** Whether all that the checkpoint counts on are there: otherwise an open reads everything. */
  private boolean indexFiles(CheckpointInfo checkpoint) throws IOException {
    List<String> names = storage.names();
    boolean complete = true;
    for (Map.Entry<String, Long> file : new TreeMap<>(checkpoint.indexFiles()).entrySet()) {
      String name = file.getKey();
      if (!names.contains(name)) {
        incompleteIndex(name, "the file is missing, and the checkpoint counts on it");
        complete = false;
      } else if (length(name) < file.getValue()) {
        incompleteIndex(
            name,
            "the file ends at byte "
                + length(name)
                + " and had at least "
                + file.getValue()
                + " bytes when the checkpoint was written");
        complete = false;
      }
    }
    for (String name : names) {
      if (DirectoryFiles.isIndex(name) && !checkpoint.indexFiles().containsKey(name)) {
        report.add(
            Note.Kind.UNUSED_FILE,
            "file '" + name + "' is named by no checkpoint; the next checkpoint deletes it");
      }
    }
    return complete;
  }

  private void incompleteIndex(String name, String problem) {
    report.add(
        Finding.of(
                Kind.INDEX,
                problem,
                "the next open derives all indexes from the whole log, if no part of that was"
                    + " reclaimed meanwhile, and is refused otherwise")
            .in(name));
  }

  private long length(String name) throws IOException {
    try (StorageFile file = storage.open(name)) {
      return file.size();
    }
  }

  private void segments(ClosedLog log) throws IOException {
    for (ClosedLog.Refused refused : log.refused()) {
      report.addRefusal(
          Finding.of(
                  Kind.SEGMENT_REFUSED,
                  String.valueOf(refused.cause().getMessage()),
                  "the log can't be opened, and no message of this segment can be read. " + RESTORE)
              .in(refused.name(), 0, refused.number() * log.segmentSize()));
    }
    for (ClosedLog.SegmentInfo segment : log.segments()) {
      if (segment.fileBytes() < segment.expectedBytes()) {
        report.addRefusal(
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
      report.addRefusal(
          Finding.of(
                  Kind.SEGMENT_MISSING,
                  "the file is missing, and what the log says elsewhere counts on it",
                  "none of its messages can be read. " + RESTORE)
              .in(missing));
    }
    report.checkedSegments(log.segments().size() + log.refused().size());
  }

  /** What an open would derive; nothing if it would be refused. */
  private Optional<Derived> derived(LogView view) throws IOException {
    try {
      return Optional.of(view.derive());
    } catch (CorruptLogException e) {
      if (e.getCause() instanceof UnfitFrameException unfit) {
        unfit(view.log(), unfit);
      } else {
        refused(String.valueOf(e.getMessage()));
      }
    }
    return Optional.empty();
  }

  /** Other findings are no reason to keep quiet about this frame: only one about itself is. */
  private void unfit(ClosedLog log, UnfitFrameException unfit) {
    long position = unfit.position();
    if (!report.tellsOf(Kind.FRAME_CONTENT, position)) {
      report.addRefusal(
          state(String.valueOf(unfit.getMessage()))
              .in(log.fileOf(position), log.byteOf(position), position));
    }
  }

  /** The files are to blame: where that was found in them, it says it better. */
  private void refused(String message) {
    if (!report.hasRefusal()) {
      report.addRefusal(state(message));
    }
  }

  private static Finding state(String problem) {
    return Finding.of(Kind.STATE, problem, "the log can't be opened. " + RESTORE);
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
