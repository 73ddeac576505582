package dev.lockstep.engine.jmx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanRegistrationException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/**
 * The beans of one log, from its open to its close. Nothing depends on them: where they can't be
 * registered, that is logged and the log works without them.
 */
public final class ManagementBeans implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");
  private static final String DOMAIN = "dev.lockstep";

  private final MBeanServer server;
  private final List<ObjectName> registered = new ArrayList<>();

  private ManagementBeans(MBeanServer server) {
    this.server = server;
  }

  /** Registers the beans of a log. */
  public static ManagementBeans register(
      MBeanServer server, LogFigures figures, LogMetrics metrics) {
    ManagementBeans beans = new ManagementBeans(server);
    String directory = figures.directory();
    beans.add("Log", directory, new LogBean(figures, metrics), LogMXBean.class);
    beans.add("Topics", directory, new TopicsBean(figures.topics()), TopicsMXBean.class);
    beans.add(
        "Groups",
        directory,
        new GroupsBean(figures.groups(), figures.topics()),
        GroupsMXBean.class);
    beans.add(
        "Transactions",
        directory,
        new TransactionsBean(figures.transactions(), figures.clock()),
        TransactionsMXBean.class);
    return beans;
  }

  private <T> void add(String type, String directory, T bean, Class<T> shown) {
    try {
      ObjectName name =
          new ObjectName(DOMAIN + ":type=" + type + ",dir=" + ObjectName.quote(directory));
      server.registerMBean(new StandardMBean(bean, shown, true), name);
      registered.add(name);
    } catch (JMException | RuntimeException e) {
      LOGGER.log(
          System.Logger.Level.WARNING,
          "LSTP-0701: can't register the management bean "
              + type
              + " of "
              + directory
              + "; the log works without it",
          e);
    }
  }

  /** Takes the beans back; those that somebody else took back already are passed over. */
  @Override
  public void close() {
    Collections.reverse(registered);
    for (ObjectName name : registered) {
      try {
        server.unregisterMBean(name);
      } catch (InstanceNotFoundException e) {
        LOGGER.log(System.Logger.Level.DEBUG, "{0} is gone already", name);
      } catch (MBeanRegistrationException | RuntimeException e) {
        LOGGER.log(System.Logger.Level.WARNING, "LSTP-0702: can't take back " + name, e);
      }
    }
    registered.clear();
  }
}
