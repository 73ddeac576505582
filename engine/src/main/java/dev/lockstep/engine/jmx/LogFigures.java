package dev.lockstep.engine.jmx;

import dev.lockstep.Groups;
import dev.lockstep.Topics;
import dev.lockstep.Transactions;
import java.time.Clock;
import java.util.UUID;

/**
 * What the beans read, each time that they are asked.
 *
 * @param directory the data directory
 * @param id the identity of the log
 * @param incarnation this life of the log
 * @param topics the topics
 * @param groups the groups
 * @param transactions the transactions in doubt
 * @param clock tells ages
 */
public record LogFigures(
    String directory,
    UUID id,
    int incarnation,
    Topics topics,
    Groups groups,
    Transactions transactions,
    Clock clock) {}
