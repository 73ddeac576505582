package dev.lockstep.benchmarks;

import dev.lockstep.benchmarks.engine.EngineSuite;
import dev.lockstep.benchmarks.halfmessage.HalfMessageSuite;
import dev.lockstep.benchmarks.harness.Benchmark;
import dev.lockstep.benchmarks.schedules.ScheduleSuite;
import dev.lockstep.benchmarks.xa.XaSuite;
import java.util.List;

/**
 * Benchmarks that run together.
 *
 * @param name what the command line calls it
 * @param description what it measures
 * @param duration how long it takes
 * @param benchmarks its benchmarks, in order
 */
record Suite(String name, String description, String duration, List<Benchmark> benchmarks) {
  static final List<Suite> ALL =
      List.of(
          new Suite(
              "engine",
              "the log without JTA: durable transactions, appends, polls, pipelines, reopening",
              "about 6 minutes, at most 8",
              EngineSuite.benchmarks()),
          new Suite(
              "xa",
              "a row in PostgreSQL and a message in one transaction, beside a ceiling and Artemis",
              "about 5 minutes",
              XaSuite.benchmarks()),
          new Suite(
              "half-message",
              "a row in PostgreSQL and a message without two phases, beside an outbox table",
              "about 3 minutes",
              HalfMessageSuite.benchmarks()),
          new Suite(
              "schedules",
              "the timing wheel beside the timers of Netty and Kafka",
              "about 3 minutes",
              ScheduleSuite.benchmarks()));
}
