package dev.lockstep.engine.soak;

/** One thread of a load. */
@FunctionalInterface
interface Worker {
  void work() throws Exception;
}
