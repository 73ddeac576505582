package dev.lockstep.xa;

import javax.transaction.xa.XAException;
import org.jspecify.annotations.Nullable;

/** Makes all {@link XAException}s of this module, so that each has code, message and cause. */
final class XaErrors {
  private XaErrors() {}

  /** The answer to a call that is wrong in itself; nothing failed. */
  static XAException of(int code, String message) {
    return make(code, message, null);
  }

  static XAException of(int code, String message, Throwable cause) {
    return make(code, message, cause);
  }

  /**
   * The answer to a call that failed in the log.
   *
   * @param call what was asked for
   * @param target what it was asked for: a branch, or a log
   * @param failure what the log threw; an {@link Error} too, since a manager drops branches whose
   *     resource throws one
   */
  static XAException of(XaCall call, Object target, Throwable failure) {
    int code = call.codeFor(failure);
    try {
      return make(
          code, call.text() + " of " + target + ": " + meaning(code) + ": " + failure, failure);
    } catch (Throwable again) {
      // Memory or stack is short, or the failure cannot even be printed: the code is what counts.
      return new XAException(code);
    }
  }

  private static String meaning(int code) {
    return switch (code) {
      case XAException.XA_RBROLLBACK -> "rolled back, nothing of it happened";
      case XAException.XA_RBTIMEOUT ->
          "it took too long and is rolled back, nothing of it happened";
      case XAException.XAER_NOTA -> "unknown";
      case XAException.XA_HEURCOM -> "committed by hand before, and not forgotten";
      case XAException.XA_HEURRB -> "rolled back by hand before, and not forgotten";
      case XAException.XAER_DUPID -> "it exists already";
      default -> "outcome not known until the log answers again";
    };
  }

  private static XAException make(int code, String message, @Nullable Throwable cause) {
    XAException exception = new XAException(message);
    exception.errorCode = code;
    if (cause != null) {
      exception.initCause(cause);
    }
    return exception;
  }
}
