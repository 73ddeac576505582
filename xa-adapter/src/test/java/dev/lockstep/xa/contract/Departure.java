package dev.lockstep.xa.contract;

import java.util.EnumSet;
import java.util.Set;

/**
 * Answers of a resource that are not the specification's.
 *
 * @param calls in which calls
 * @param callers made by whom
 * @param states in which states
 * @param answer what it answers instead, and the state behind it, in the words of the table
 * @param why what it means
 */
public record Departure(
    Set<Call> calls, Set<Caller> callers, Set<State> states, String answer, String why) {

  /** Whoever makes the call. */
  public static Departure of(Set<Call> calls, Set<State> states, String answer, String why) {
    return new Departure(calls, EnumSet.allOf(Caller.class), states, answer, why);
  }

  boolean covers(State state, Call call, Caller caller) {
    return states.contains(state) && calls.contains(call) && callers.contains(caller);
  }
}
