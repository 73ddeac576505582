package dev.lockstep.xa.contract;

import java.util.Arrays;
import java.util.List;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;

/**
 * An answer to a call, and the state of the branch behind it.
 *
 * @param code what is answered
 * @param next the state behind it
 */
record Answer(Code code, State next) {
  /** The codes by their names in the specification; some stand for several. */
  enum Code {
    OK,
    /** As OK, but what began is a second branch of the same identity. */
    TWIN,
    RDONLY,
    /** Any of XA_RB*. */
    RB,
    RBROLLBACK,
    RBTIMEOUT,
    /** The heuristic outcome that there is. */
    HEUR,
    NOTA,
    DUPID,
    INVAL,
    PROTO,
    RMERR,
    RMFAIL;

    boolean is(int answer, State state) {
      return switch (this) {
        case OK, TWIN -> answer == XAResource.XA_OK;
        case RDONLY -> answer == XAResource.XA_RDONLY;
        case RB -> answer >= XAException.XA_RBBASE && answer <= XAException.XA_RBEND;
        case RBROLLBACK -> answer == XAException.XA_RBROLLBACK;
        case RBTIMEOUT -> answer == XAException.XA_RBTIMEOUT;
        case HEUR ->
            answer
                == (state == State.HEURISTIC_COMMIT
                    ? XAException.XA_HEURCOM
                    : XAException.XA_HEURRB);
        case NOTA -> answer == XAException.XAER_NOTA;
        case DUPID -> answer == XAException.XAER_DUPID;
        case INVAL -> answer == XAException.XAER_INVAL;
        case PROTO -> answer == XAException.XAER_PROTO;
        case RMERR -> answer == XAException.XAER_RMERR;
        case RMFAIL -> answer == XAException.XAER_RMFAIL;
      };
    }
  }

  /**
   * Reads answers such as {@code "OK>IDLE PROTO"}; one that names no state leaves the branch in the
   * one it is in.
   */
  static List<Answer> parse(String text, State state) {
    return Arrays.stream(text.strip().split(" +"))
        .map(
            word -> {
              int arrow = word.indexOf('>');
              return arrow < 0
                  ? new Answer(Code.valueOf(word), state)
                  : new Answer(
                      Code.valueOf(word.substring(0, arrow)),
                      State.valueOf(word.substring(arrow + 1)));
            })
        .toList();
  }
}
