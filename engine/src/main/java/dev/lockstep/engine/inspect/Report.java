package dev.lockstep.engine.inspect;

import dev.lockstep.engine.inspect.Verification.Checked;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

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
  private boolean refusal;
  private int heuristics;

  void add(Finding finding) {
    findings.add(finding);
  }

  /** Something for which alone an open is refused. */
  void addRefusal(Finding finding) {
    add(finding);
    refusal = true;
  }

  /** Whether what was found says already why an open is refused. */
  boolean hasRefusal() {
    return refusal;
  }

  /** Whether there is a finding of this kind about a place of the log. */
  boolean tellsOf(Finding.Kind kind, long position) {
    return findings.stream()
        .anyMatch(
            finding ->
                finding.kind() == kind && finding.position().equals(OptionalLong.of(position)));
  }

  void add(Note.Kind kind, String text) {
    notes.add(new Note(kind, text));
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

  void checkedHeuristic() {
    heuristics++;
  }

  Verification verification() {
    return new Verification(
        List.copyOf(findings),
        List.copyOf(notes),
        new Checked(segments, frames, bytes, messages, partitions, groups, inDoubt, heuristics));
  }
}
