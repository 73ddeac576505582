package dev.lockstep.outbox;

import dev.lockstep.spi.Branch.Outcome;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A half message whose outcome is asked for, until there is an answer. */
final class Question {
  private final Half half;
  private final CompletableFuture<Outcome> answer = new CompletableFuture<>();

  /** Why the last attempt brought no answer. Written by the check-back thread. */
  private volatile Optional<String> obstacle = Optional.empty();

  private volatile int attempts;

  Question(Half half) {
    this.half = half;
  }

  Half half() {
    return half;
  }

  /** Completed once it is decided in the log, whoever does that; or with the log's failure. */
  CompletableFuture<Outcome> answer() {
    return answer;
  }

  int attempts() {
    return attempts;
  }

  Optional<String> obstacle() {
    return obstacle;
  }

  // One thread alone writes; the others may read a count that is one too low.
  @SuppressWarnings("NonAtomicVolatileUpdate")
  void failed(String why) {
    obstacle = Optional.of(why);
    attempts++;
  }
}
