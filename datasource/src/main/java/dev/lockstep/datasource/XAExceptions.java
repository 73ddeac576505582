package dev.lockstep.datasource;

import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;

/**
 * Makes XAExceptions with code, message and cause together: the constructor with a message leaves
 * the code 0, and the one with a code leaves the message out.
 */
final class XAExceptions {
  private XAExceptions() {}

  static XAException of(int code, String message) {
    XAException exception = new XAException(message);
    exception.errorCode = code;
    return exception;
  }

  static XAException of(int code, String message, Throwable cause) {
    XAException exception = of(code, message + ": " + cause.getMessage());
    exception.initCause(cause);
    return exception;
  }

  /** A call of the driver; drivers have bugs, and only XAException may leave a resource. */
  interface Call<R> {
    R run() throws XAException;
  }

  /** A call without an answer. */
  interface Command {
    void run() throws XAException;
  }

  static void guarded(Command call) throws XAException {
    guarded(
        () -> {
          call.run();
          return XAResource.XA_OK;
        });
  }

  @SuppressWarnings(
      "CatchThrowable") // An Error that left prepare would make a manager lose the branch.
  static <R> R guarded(Call<R> call) throws XAException {
    try {
      return call.run();
    } catch (XAException e) {
      throw e;
    } catch (Throwable e) {
      throw of(XAException.XAER_RMFAIL, "the driver failed", e);
    }
  }
}
