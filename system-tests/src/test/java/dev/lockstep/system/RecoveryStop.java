package dev.lockstep.system;

import dev.lockstep.testkit.KillPoints;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import javax.transaction.xa.XAResource;

/**
 * A database's resource, in recovery, that stops at a commit; the points of the rest are others.
 */
final class RecoveryStop implements InvocationHandler {
  static final String BEFORE_COMMIT = "recovery.commit.before";
  static final String AFTER_COMMIT = "recovery.commit.after";

  private final String point;
  private final XAResource resource;
  private final KillPoints.Action action;

  private RecoveryStop(String point, XAResource resource, KillPoints.Action action) {
    this.point = point;
    this.resource = resource;
    this.action = action;
  }

  static boolean isPoint(String point) {
    return point.equals(BEFORE_COMMIT) || point.equals(AFTER_COMMIT);
  }

  static XAResource at(String point, XAResource resource, KillPoints.Action action) {
    return (XAResource)
        Proxy.newProxyInstance(
            RecoveryStop.class.getClassLoader(),
            new Class<?>[] {XAResource.class},
            new RecoveryStop(point, resource, action));
  }

  /** What {@link #at} was given. */
  static XAResource bare(XAResource stopping) {
    return ((RecoveryStop) Proxy.getInvocationHandler(stopping)).resource;
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    boolean isCommit = method.getName().equals("commit");
    if (isCommit && point.equals(BEFORE_COMMIT)) {
      action.reached(point);
    }
    Object result;
    try {
      result = method.invoke(resource, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    if (isCommit && point.equals(AFTER_COMMIT)) {
      action.reached(point);
    }
    return result;
  }
}
