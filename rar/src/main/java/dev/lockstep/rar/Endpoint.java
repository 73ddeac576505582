package dev.lockstep.rar;

import dev.lockstep.TopicConfig;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import jakarta.resource.spi.work.WorkException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A deployed message-driven bean, and all who feed its listener methods. Thread-safe. */
final class Endpoint {
  private static final Logger LOGGER = System.getLogger(Endpoint.class.getName());
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration START = Duration.ofSeconds(10);

  private final OpenLog log;
  private final List<Member> members;

  private Endpoint(OpenLog log, List<Member> members) {
    this.log = log;
    this.members = members;
  }

  /**
   * Checks the listeners of a bean, and joins their groups.
   *
   * @throws dev.lockstep.InvalidConfigException naming all that is wrong with them
   */
  static Endpoint of(MessageEndpointFactory bean, OpenLog log) {
    List<Member> members = new ArrayList<>();
    try {
      for (ListenerMethod listener : ListenerMethod.of(bean, log.lockstep())) {
        log.lockstep().topics().createIfAbsent(TopicConfig.of(listener.deadLetterTopic()));
        for (int n = 0; n < listener.concurrency(); n++) {
          members.add(new Member(listener, bean, log));
        }
      }
      return new Endpoint(log, List.copyOf(members));
    } catch (RuntimeException e) {
      members.forEach(Member::abandon);
      throw e;
    }
  }

  /** Begins to feed the bean, each member on a thread of the container. */
  void start() throws ResourceException {
    try {
      for (Member member : members) {
        log.workManager().scheduleWork(member);
      }
    } catch (WorkException e) {
      throw refused(e.toString(), e);
    }
    for (Member member : members) {
      if (!member.awaitStarted(START)) {
        throw refused("it has not started within " + START.toSeconds() + " s", null);
      }
    }
  }

  private ResourceException refused(String reason, @Nullable WorkException cause) {
    stop();
    members.forEach(Member::abandon);
    return new ResourceException(
        "the container has not "
            + members.size()
            + " threads for "
            + members
            + ": "
            + reason
            + ". Give its work manager more long-running threads, or the listeners less"
            + " concurrency",
        cause);
  }

  /** Takes no more messages. What is being handled goes on. */
  void stop() {
    members.forEach(Member::release);
  }

  /** Waits until what was being handled is finished, for a bounded time. */
  void awaitStopped() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (Member member : members) {
      if (!member.awaitStopped(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
        LOGGER.log(
            Level.WARNING,
            "LSTP-0801: {0} is still at work after {1} s and is left alone; if its transaction does"
                + " not commit before the log closes, the message comes again",
            member,
            PATIENCE.toSeconds());
      }
    }
  }
}
