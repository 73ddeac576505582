package dev.lockstep.engine.inspect;

import dev.lockstep.engine.inspect.Finding.Kind;
import dev.lockstep.engine.inspect.Progress.Step;
import dev.lockstep.engine.log.ClosedLog;
import dev.lockstep.engine.log.FrameVisitor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;

/** Checks every frame on its own: its checksum, its type, and whether its body makes sense. */
final class FrameCheck implements FrameVisitor {
  private static final long TELL_EVERY_BYTES = 1 << 24;

  private final ClosedLog log;
  private final long replayFrom;
  private final FrameContent content;
  private final Report report;
  private final Progress progress;
  private long total;
  private long done;
  private long told;

  /**
   * A check.
   *
   * @param replayFrom where an open begins to read
   */
  FrameCheck(
      ClosedLog log, long replayFrom, FrameContent content, Report report, Progress progress) {
    this.log = log;
    this.replayFrom = replayFrom;
    this.content = content;
    this.report = report;
    this.progress = progress;
  }

  void run() throws IOException {
    for (ClosedLog.SegmentInfo segment : log.segments()) {
      total += segment.limit() - segment.firstFrame();
    }
    log.walk(0, this);
    progress.at(Step.FRAMES, total, total);
  }

  @Override
  public void frame(byte type, long position, int length, ByteBuffer body) {
    report.checkedFrame(length);
    tell(length);
    Map<String, Object> fields = content.fields(type, body);
    Object reason = fields.get(FrameContent.UNDECODABLE);
    if (reason != null) {
      report.add(
          Finding.of(
                  Kind.FRAME_CONTENT,
                  "the checksum of this frame of type "
                      + FrameContent.label(type)
                      + " is right, and its content makes no sense: "
                      + reason,
                  "it was written like this, perhaps by a newer version: use the newest version"
                      + " of this tool, and report it if that says the same")
              .in(log.fileOf(position), log.byteOf(position), position));
    }
  }

  @Override
  public void damaged(String file, long from, long to, long durableTo) {
    tell(to - from);
    String problem =
        "there is no valid frame between here and position "
            + to
            + ", and everything up to position "
            + durableTo
            + " was forced";
    if (to > replayFrom) {
      String meaning =
          "the log can't be opened. Restore the directory from a backup, together with the"
              + " databases that it shares transactions with";
      report.addRefusal(finding(problem, meaning, file, from));
    } else {
      String meaning =
          "it lies before the checkpoint, and does not keep the log from being opened; only"
              + " messages in that range are lost: they are named below, and if there are none,"
              + " nothing is lost";
      report.add(finding(problem, meaning, file, from));
    }
  }

  private Finding finding(String problem, String meaning, String file, long from) {
    return Finding.of(Kind.FRAME, problem, meaning).in(file, log.byteOf(from), from);
  }

  private void tell(long bytes) {
    done += bytes;
    if (done - told >= TELL_EVERY_BYTES) {
      told = done;
      progress.at(Step.FRAMES, done, total);
    }
  }
}
