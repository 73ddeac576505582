package dev.lockstep.engine.inspect;

import dev.lockstep.engine.inspect.Verification.Checked;
import java.util.ArrayList;
import java.util.List;

/** Collects what a verification finds. */
final class Report {
  private final List<Finding> findings = new ArrayList<>();
  private final List<Note> notes = new ArrayList<>();
  private int segments;
  private long frames;
  private long bytes;
  private long messages;
  private int partitions;
  private int groups;
  private int inDoubt;

  void add(Finding finding) {
    findings.add(finding);
  }

  void add(Note.Kind kind, String text) {
    notes.add(new Note(kind, text));
  }

  boolean isSound() {
    return findings.isEmpty();
  }

  void checkedSegments(int count) {
    segments += count;
  }

  void checkedFrame(long length) {
    frames++;
    bytes += length;
  }

  void checkedMessages(long count) {
    messages += count;
  }

  void checkedPartition() {
    partitions++;
  }

  void checkedGroup() {
    groups++;
  }

  void checkedInDoubt() {
    inDoubt++;
  }

  Verification verification() {
    return new Verification(
        List.copyOf(findings),
        List.copyOf(notes),
        new Checked(segments, frames, bytes, messages, partitions, groups, inDoubt));
  }
}
