package dev.lockstep.engine;

import dev.lockstep.Diagnosis;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.LockstepConfig;
import dev.lockstep.engine.io.DataDirectory;
import dev.lockstep.spi.Participant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Looks for what is unsafe or slow around a log: at its start, and on demand. Thread-safe. */
final class Doctor {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  /** As many segments as a budget must have: with less, a log can do next to nothing. */
  private static final int SEGMENTS = 8;

  private final LockstepConfig config;
  private final Set<Finding> before;

  private Doctor(LockstepConfig config, Set<Finding> before) {
    this.config = config;
    this.before = before;
  }

  /**
   * Looks at everything before the log is opened, so that nothing is created where the answer is
   * no.
   *
   * @throws dev.lockstep.InvalidConfigException naming all that is unsafe and not allowed
   */
  static Doctor admit(LockstepConfig config) {
    List<Finding> findings = examine(config);
    config.allowances().enforce(findings, LOGGER);
    return new Doctor(config, Set.copyOf(findings));
  }

  /** For a log in a storage that is no directory. */
  static Doctor unasked(LockstepConfig config) {
    return new Doctor(config, Set.of());
  }

  /**
   * Looks again at the transaction manager, whose recovery knows the log now.
   *
   * @throws dev.lockstep.InvalidConfigException if that has brought up something unsafe
   */
  void attached() {
    List<Finding> now = new ArrayList<>(manager(config));
    now.removeAll(before);
    config.allowances().enforce(now, LOGGER);
  }

  Diagnosis diagnose() {
    return config.allowances().judge(examine(config));
  }

  private static List<Finding> examine(LockstepConfig config) {
    List<Finding> findings = new ArrayList<>();
    findings.addAll(DataDirectory.examine(config.dataDir(), SEGMENTS * config.segmentSize()));
    findings.addAll(manager(config));
    Optional<Duration> timeout = config.transactions().transactionTimeout();
    config.participants().forEach(participant -> findings.addAll(examine(participant, timeout)));
    findings.addAll(sameDatabase(config.participants()));
    return findings;
  }

  private static List<Finding> manager(LockstepConfig config) {
    try {
      return config.transactions().diagnose();
    } catch (RuntimeException e) {
      return List.of(
          Finding.warn(
              "LSTP-0909",
              "the transaction manager can't be examined: " + e,
              "see whether it is set up and running"));
    }
  }

  private static List<Finding> examine(Participant participant, Optional<Duration> timeout) {
    try {
      return participant.diagnose(timeout);
    } catch (RuntimeException e) {
      return List.of(
          Finding.warn(
              "LSTP-0910",
              "'" + participant.name() + "' can't be examined: " + e,
              "see whether it is set up and running"));
    }
  }

  private static List<Finding> sameDatabase(List<Participant> participants) {
    Map<String, String> names = new LinkedHashMap<>();
    Set<Participant> seen = new HashSet<>();
    List<Finding> findings = new ArrayList<>();
    for (Participant participant : participants) {
      if (seen.add(participant)) {
        participant
            .identity()
            .map(identity -> names.putIfAbsent(identity, participant.name()))
            .ifPresent(other -> findings.add(sameDatabase(other, participant.name())));
      }
    }
    return findings;
  }

  private static Finding sameDatabase(String one, String other) {
    return Finding.warn(
        "LSTP-0911",
        "data sources '"
            + one
            + "' and '"
            + other
            + "' lead to one database: a transaction that uses both prepares twice there, and can"
            + " wait for its own locks until it times out",
        "use one data source for that database");
  }
}
