package dev.lockstep.engine.inspect;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.inspect.LogView.Derived;
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

  Overview make() throws IOException {
    LiveBytes live = new LiveBytes(identity.segmentSize());
    try {
      Derived derived = view.derive();
      live.add(derived.state());
      Extent extent = derived.extent();
      long replayed = extent.end() - derived.from().position();
      return overview(extent, replayed, live, Summaries.inDoubt(derived.state()), Optional.empty());
    } catch (CorruptLogException e) {
      return overview(
          new Extent(0, 0, 0, 0), 0, live, List.of(), Optional.of(String.valueOf(e.getMessage())));
    }
  }

  private Overview overview(
      Extent extent,
      long replayed,
      LiveBytes live,
      List<InDoubtSummary> inDoubt,
      Optional<String> refusal)
      throws IOException {
    return new Overview(
        storage.location(),
        identity.id(),
        identity.segmentSize(),
        extent.incarnation(),
        extent.end(),
        extent.tornBytes(),
        replayed,
        fileBytes(),
        view.checkpoint(),
        segments(live),
        inDoubt,
        refusal);
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
