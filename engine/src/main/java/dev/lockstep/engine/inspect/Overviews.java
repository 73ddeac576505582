package dev.lockstep.engine.inspect;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.inspect.LogView.Derived;
import dev.lockstep.engine.inspect.Overview.AuditSummary;
import dev.lockstep.engine.inspect.Overview.HeuristicSummary;
import dev.lockstep.engine.inspect.Overview.InDoubtSummary;
import dev.lockstep.engine.inspect.Overview.SegmentSummary;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.io.StorageFile;
import dev.lockstep.engine.log.ClosedLog;
import dev.lockstep.engine.log.ClosedLog.Extent;
import dev.lockstep.engine.log.LogIdentity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the overview of a log, also of one that an open would refuse. */
final class Overviews {
  private final Storage storage;
  private final LogIdentity identity;
  private final LogView view;

  Overviews(Storage storage, LogIdentity identity, LogView view) {
    this.storage = storage;
    this.identity = identity;
    this.view = view;
  }

  /** What an open would find; nothing if it would be refused. */
  private record Found(
      Extent extent,
      long replayed,
      List<InDoubtSummary> inDoubt,
      List<HeuristicSummary> heuristics,
      List<AuditSummary> audit,
      Map<String, Long> transactionRecords,
      Optional<String> refusal) {
    static Found of(Derived derived) {
      Extent extent = derived.extent();
      return new Found(
          extent,
          extent.end() - derived.from().position(),
          Summaries.inDoubt(derived.state()),
          Summaries.heuristics(derived.state()),
          Summaries.audit(derived.state()),
          derived.state().records().counts(),
          Optional.empty());
    }

    static Found refused(CorruptLogException e) {
      return new Found(
          new Extent(0, 0, 0, 0),
          0,
          List.of(),
          List.of(),
          List.of(),
          Map.of(),
          Optional.of(String.valueOf(e.getMessage())));
    }
  }

  Overview make() throws IOException {
    LiveBytes live = new LiveBytes(identity.segmentSize());
    try {
      Derived derived = view.derive();
      live.add(derived.state());
      return overview(Found.of(derived), live);
    } catch (CorruptLogException e) {
      return overview(Found.refused(e), live);
    }
  }

  private Overview overview(Found found, LiveBytes live) throws IOException {
    return new Overview(
        storage.location(),
        identity.id(),
        identity.segmentSize(),
        found.extent().incarnation(),
        found.extent().end(),
        found.extent().tornBytes(),
        found.replayed(),
        fileBytes(),
        view.checkpoint(),
        segments(live),
        found.inDoubt(),
        found.heuristics(),
        found.audit(),
        found.transactionRecords(),
        found.refusal());
  }

  private long fileBytes() throws IOException {
    long bytes = 0;
    for (String name : storage.names()) {
      try (StorageFile file = storage.open(name)) {
        bytes += file.size();
      }
    }
    return bytes;
  }

  private List<SegmentSummary> segments(LiveBytes live) throws IOException {
    List<SegmentSummary> segments = new ArrayList<>();
    for (ClosedLog.SegmentInfo info : view.log().segments()) {
      segments.add(
          new SegmentSummary(
              info.name(),
              info.number(),
              info.incarnation(),
              info.use().name(),
              info.firstFrame(),
              info.limit(),
              info.fileBytes(),
              live.of(info.number())));
    }
    for (ClosedLog.Refused refused : view.log().refused()) {
      try (StorageFile file = storage.open(refused.name())) {
        segments.add(
            new SegmentSummary(
                refused.name(), refused.number(), 0, "DAMAGED", 0, 0, file.size(), 0));
      }
    }
    segments.sort(Comparator.comparingLong(SegmentSummary::number));
    return segments;
  }
}
