package dev.lockstep.engine.inspect;

import dev.lockstep.CommitPath;
import dev.lockstep.Transactions.Action;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.engine.store.CheckpointInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A log at a glance.
 *
 * @param directory where it is
 * @param logId the identity of the log
 * @param segmentSize the size of a whole segment file, in bytes
 * @param incarnation the last life of the log
 * @param end the position behind the last frame
 * @param tornBytes how many bytes of a torn tail the next open cuts off
 * @param replayBytes how many bytes the next open replays
 * @param fileBytes what all files of the directory take
 * @param checkpoint the checkpoint
 * @param segments the segment files
 * @param inDoubt the branches in doubt
 * @param heuristics the branches that were decided by hand and are not forgotten
 * @param audit what was done by hand, oldest first
 * @param transactionRecords how many records of a transaction manager there are, by type
 * @param refusal why an open would refuse the log, if it would; then what is derived is not shown
 */
public record Overview(
    String directory,
    UUID logId,
    long segmentSize,
    int incarnation,
    long end,
    long tornBytes,
    long replayBytes,
    long fileBytes,
    CheckpointInfo checkpoint,
    List<SegmentSummary> segments,
    List<InDoubtSummary> inDoubt,
    List<HeuristicSummary> heuristics,
    List<AuditSummary> audit,
    Map<String, Long> transactionRecords,
    Optional<String> refusal) {

  /**
   * A segment file.
   *
   * @param name of the file
   * @param number of the segment
   * @param incarnation the life of the log that filled it
   * @param use what it is to the log: KEPT, REPLAYED or FREE; DAMAGED if an open would refuse it
   * @param from the position of its first frame
   * @param to the position where its frames end at the latest
   * @param fileBytes the length of the file
   * @param liveBytes the bytes of frames that something still refers to
   */
  public record SegmentSummary(
      String name,
      long number,
      int incarnation,
      String use,
      long from,
      long to,
      long fileBytes,
      long liveBytes) {}

  /**
   * A branch whose outcome somebody else has to decide.
   *
   * @param transactionId the transaction
   * @param path how it is made atomic
   * @param since when it was prepared
   * @param messagesByTopic its messages
   * @param blockedGroups the groups that wait for it
   */
  public record InDoubtSummary(
      String transactionId,
      CommitPath path,
      Instant since,
      Map<String, Integer> messagesByTopic,
      List<String> blockedGroups) {}

  /**
   * A branch that was decided by hand and is not forgotten.
   *
   * @param transactionId the transaction
   * @param path how it is made atomic
   * @param since when it was prepared
   * @param outcome how it was decided: COMMITTED or ROLLED_BACK
   * @param at when it was decided
   * @param reason why
   * @param messagesByTopic its messages
   */
  public record HeuristicSummary(
      String transactionId,
      CommitPath path,
      Instant since,
      String outcome,
      Instant at,
      String reason,
      Map<String, Integer> messagesByTopic) {}

  /**
   * Something that was done by hand.
   *
   * @param at when
   * @param action what
   * @param transactionId the transaction
   * @param resolve whether it was proven to be right
   * @param decision what was proven of the decision: COMMIT, ROLLBACK or UNKNOWN
   * @param user who did it
   * @param host on which machine
   * @param pid in which process
   * @param reason why
   */
  public record AuditSummary(
      Instant at,
      Action action,
      String transactionId,
      Resolve resolve,
      String decision,
      String user,
      String host,
      long pid,
      String reason) {}
}
