package dev.lockstep.rar;

import dev.lockstep.InvalidConfigException;
import dev.lockstep.LockstepException;
import jakarta.resource.NotSupportedException;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ActivationSpec;
import jakarta.resource.spi.BootstrapContext;
import jakarta.resource.spi.ResourceAdapter;
import jakarta.resource.spi.ResourceAdapterInternalException;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.transaction.xa.XAResource;

/**
 * One log in a server: opened when the resource adapter starts, closed when it stops. Thread-safe
 * once it is started.
 *
 * <p>The properties are text, as administrators write them; an empty one has the default that
 * {@code dev.lockstep.LockstepConfig} has.
 */
public final class LockstepResourceAdapter implements ResourceAdapter {
  private final Settings settings = new Settings();
  private final Map<Activation, Endpoint> endpoints = new ConcurrentHashMap<>();
  private final Outbound outbound = new Outbound();
  private volatile Optional<OpenLog> log = Optional.empty();

  private record Activation(MessageEndpointFactory factory, ActivationSpec spec) {}

  /** For the container. */
  public LockstepResourceAdapter() {}

  /**
   * Sets the directory of the log's files. Required.
   *
   * @param directory a directory on a local disk, created if absent; a relative one is in {@link
   *     #setBaseDir}
   */
  public void setDataDir(String directory) {
    settings.dataDir(directory);
  }

  /**
   * The directory of the log's files.
   *
   * @return the directory
   */
  public String getDataDir() {
    return settings.dataDir();
  }

  /**
   * Sets what a relative {@linkplain #setDataDir data directory} is relative to.
   *
   * @param directory a directory; empty: the working directory of the server
   */
  public void setBaseDir(String directory) {
    settings.baseDir(directory);
  }

  /**
   * What a relative data directory is relative to.
   *
   * @return the directory
   */
  public String getBaseDir() {
    return settings.baseDir();
  }

  /**
   * Sets when a commit may return.
   *
   * @param durability {@code FORCED}, {@code INTERVAL} or {@code OS}
   */
  public void setDurability(String durability) {
    settings.durability(durability);
  }

  /**
   * When a commit may return.
   *
   * @return the durability
   */
  public String getDurability() {
    return settings.durability();
  }

  /**
   * Sets what all files of the log may take together.
   *
   * @param bytes the number of bytes
   */
  public void setDiskBudget(String bytes) {
    settings.diskBudget(bytes);
  }

  /**
   * What all files of the log may take together.
   *
   * @return the number of bytes
   */
  public String getDiskBudget() {
    return settings.diskBudget();
  }

  /**
   * Sets the topics to create at the start, where they are absent.
   *
   * @param topics their names, each with the number of its partitions if it has more than one:
   *     {@code orders:4, invoices}
   */
  public void setTopics(String topics) {
    settings.topics(topics);
  }

  /**
   * The topics to create at the start.
   *
   * @return their names
   */
  public String getTopics() {
    return settings.topics();
  }

  @Override
  public void start(BootstrapContext context) throws ResourceAdapterInternalException {
    try {
      log = Optional.of(OpenLog.open(settings, outbound, context));
    } catch (LockstepException e) {
      throw new ResourceAdapterInternalException(e.getMessage(), e);
    }
  }

  @Override
  public void stop() {
    endpoints.values().forEach(Endpoint::stop);
    endpoints.values().forEach(Endpoint::awaitStopped);
    endpoints.clear();
    log.ifPresent(OpenLog::close);
    log = Optional.empty();
  }

  Outbound outbound() {
    return outbound;
  }

  /** The log, which is there from the start to the stop. */
  OpenLog log() throws ResourceException {
    Optional<OpenLog> open = log;
    if (open.isEmpty()) {
      // Not with a lambda, whose class would have to be made: see the connection factory.
      throw new jakarta.resource.spi.IllegalStateException("the resource adapter is not started");
    }
    return open.get();
  }

  @Override
  public void endpointActivation(MessageEndpointFactory factory, ActivationSpec spec)
      throws ResourceException {
    if (!(spec instanceof LockstepActivationSpec)) {
      throw new NotSupportedException("not an activation of this resource adapter: " + spec);
    }
    try {
      Endpoint endpoint = Endpoint.of(factory, log());
      endpoint.start();
      endpoints.put(new Activation(factory, spec), endpoint);
    } catch (InvalidConfigException e) {
      throw new ResourceException(e.getMessage(), e);
    }
  }

  @Override
  public void endpointDeactivation(MessageEndpointFactory factory, ActivationSpec spec) {
    Endpoint endpoint = endpoints.remove(new Activation(factory, spec));
    if (endpoint != null) {
      endpoint.stop();
      endpoint.awaitStopped();
    }
  }

  @Override
  public XAResource[] getXAResources(ActivationSpec[] specs) throws ResourceException {
    return new XAResource[] {log().recoveryResource()};
  }

  /** Two are equal if they are about one log. */
  @Override
  public boolean equals(Object other) {
    return other instanceof LockstepResourceAdapter that && settings.equals(that.settings);
  }

  @Override
  public int hashCode() {
    return settings.hashCode();
  }
}
