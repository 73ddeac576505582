package dev.lockstep.testkit;

import dev.lockstep.InvalidConfigException;
import jakarta.transaction.TransactionManager;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.transaction.xa.XAResource;

/**
 * Named points of two-phase commit at which a process can be made to stop.
 *
 * <p>A point is named {@code <role>.<step>.<side>}: the role is that of a resource in the
 * transaction (by {@link #defaultRole}, {@code log} or {@code database}), the step is {@code
 * prepare}, {@code commit}, {@code commit-one-phase} or {@code rollback}, and the side {@code
 * before} or {@code after} the resource does it. An armed point does its {@link Action} at the n-th
 * passing, and once only. No production code knows of this: the transaction manager is decorated,
 * and with it each resource that is enlisted through it.
 *
 * <p>Thread-safe.
 */
public final class KillPoints {
  /** The role of a resource of Lockstep's log. */
  public static final String LOG = "log";

  /** The role of every other resource. */
  public static final String DATABASE = "database";

  private static final List<String> STEPS =
      List.of("prepare", "commit", "commit-one-phase", "rollback");
  private static final List<String> SIDES = List.of("before", "after");
  private static final Pattern ARMED =
      Pattern.compile(
          "([a-z][a-z0-9-]*\\.(?:"
              + String.join("|", STEPS)
              + ")\\.(?:"
              + String.join("|", SIDES)
              + "))(?:@([1-9][0-9]{0,8}))?");

  /** What an armed point does; it may never return. */
  @FunctionalInterface
  public interface Action {
    /**
     * Called on the thread that passes the point.
     *
     * @param point the point's name
     */
    void reached(String point);
  }

  private record Armed(int passing, AtomicInteger passed) {}

  private final Map<String, Armed> armed;
  private final Action action;

  private KillPoints(Map<String, Armed> armed, Action action) {
    this.armed = armed;
    this.action = action;
  }

  /**
   * Points armed by a text such as {@code log.commit.before@3,database.prepare.after}: the passing
   * behind the {@code @} is 1 if left out. An empty text arms nothing.
   *
   * @param text the points, separated by commas
   * @param action what the points do
   * @return the kill points
   * @throws InvalidConfigException if the text is not of this form
   */
  public static KillPoints armed(String text, Action action) {
    Map<String, Armed> points = new LinkedHashMap<>();
    for (String point : text.isBlank() ? new String[0] : text.split(",", -1)) {
      Matcher matcher = ARMED.matcher(point.strip());
      if (!matcher.matches()) {
        throw new InvalidConfigException(
            "'"
                + point
                + "' is not a kill point; write <role>.<step>.<side>@<passing>, with a step of "
                + STEPS
                + " and a side of "
                + SIDES
                + ", as in log.commit.before@3");
      }
      String passing = matcher.group(2);
      Armed waiting =
          new Armed(passing == null ? 1 : Integer.parseInt(passing), new AtomicInteger());
      if (points.put(matcher.group(1), waiting) != null) {
        throw new InvalidConfigException(
            "kill point " + matcher.group(1) + " is armed twice; it acts once, at one passing");
      }
    }
    return new KillPoints(Map.copyOf(points), action);
  }

  /**
   * The names of all points that resources of the given roles pass.
   *
   * @param roles the roles
   * @return the names, in the order of the protocol
   */
  public static List<String> names(String... roles) {
    List<String> names = new ArrayList<>();
    for (String step : STEPS) {
      for (String role : roles) {
        SIDES.forEach(side -> names.add(role + "." + step + "." + side));
      }
    }
    return List.copyOf(names);
  }

  /**
   * The action for a process that a supervisor kills: prints {@code KILL-POINT <name>} and parks
   * the thread for ever, so that the supervisor can end the process exactly there.
   *
   * @param out the stream that the supervisor reads
   * @return the action
   */
  public static Action park(PrintStream out) {
    return point -> {
      out.println("KILL-POINT " + point);
      out.flush();
      while (true) {
        LockSupport.park(point);
      }
    };
  }

  /**
   * The action for a process that ends itself: halts with status 137, as a killed process has it,
   * without any shutdown hook.
   *
   * @return the action
   */
  public static Action halt() {
    return point -> Runtime.getRuntime().halt(137);
  }

  /**
   * Decorates a transaction manager so that the resources enlisted through it pass the points, with
   * {@link #defaultRole} for their roles.
   *
   * @param delegate the transaction manager
   * @return the decorated one; to be given to all who enlist
   */
  public TransactionManager instrument(TransactionManager delegate) {
    return instrument(delegate, KillPoints::defaultRole);
  }

  /**
   * Decorates a transaction manager so that the resources enlisted through it pass the points.
   *
   * @param delegate the transaction manager
   * @param roles names the role of a resource: lower-case letters, digits and hyphens
   * @return the decorated one; to be given to all who enlist
   */
  public TransactionManager instrument(
      TransactionManager delegate, Function<XAResource, String> roles) {
    return new InstrumentedTransactionManager(
        delegate, resource -> new InstrumentedResource(resource, roles.apply(resource), this));
  }

  /**
   * {@link #LOG} for the resources of Lockstep's {@code xa-adapter}, {@link #DATABASE} for all
   * others.
   *
   * @param resource a resource
   * @return its role
   */
  public static String defaultRole(XAResource resource) {
    return resource.getClass().getName().startsWith("dev.lockstep.xa.") ? LOG : DATABASE;
  }

  /** Passes a point: nothing happens unless it is armed, and this is the passing it waits for. */
  void pass(String point) {
    Armed waiting = armed.get(point);
    if (waiting != null && waiting.passed.incrementAndGet() == waiting.passing) {
      action.reached(point);
    }
  }
}
