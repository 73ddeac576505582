package dev.lockstep.rar;

import dev.lockstep.ClosedException;
import dev.lockstep.Codec;
import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.Diagnosis;
import dev.lockstep.Groups;
import dev.lockstep.Lockstep;
import dev.lockstep.Producer;
import dev.lockstep.Reader;
import dev.lockstep.ReaderConfig;
import dev.lockstep.Topics;
import dev.lockstep.Transactions;
import jakarta.resource.Referenceable;
import jakarta.resource.ResourceException;
import java.io.NotSerializableException;
import java.io.ObjectStreamException;
import java.io.Serializable;
import javax.naming.Reference;
import org.jspecify.annotations.Nullable;

/**
 * The log of the resource adapter, in the hands of applications that come and go. Whoever
 * serializes it, as naming services do, has its place in JNDI.
 */
final class SharedLockstep implements Lockstep, Serializable, Referenceable {
  private static final long serialVersionUID = 1L;

  private final transient LockstepResourceAdapter adapter;
  private @Nullable Reference reference;

  SharedLockstep(LockstepResourceAdapter adapter) {
    this.adapter = adapter;
  }

  @Override
  public synchronized void setReference(Reference place) {
    reference = place;
  }

  @Override
  public synchronized @Nullable Reference getReference() {
    return reference;
  }

  private synchronized Object writeReplace() throws ObjectStreamException {
    if (reference == null) {
      throw new NotSerializableException("the log of a resource adapter, bound nowhere in JNDI");
    }
    return reference;
  }

  private Lockstep lockstep() {
    try {
      return adapter.log().lockstep();
    } catch (ResourceException e) {
      throw new ClosedException(
          "the resource adapter of the log does not run: " + e.getMessage() + ". Start it first");
    }
  }

  @Override
  public <T> Producer<T> producer(String topic, Class<T> payload) {
    return lockstep().producer(topic, payload);
  }

  @Override
  public <T> Producer<T> producer(String topic, Codec<T> codec) {
    return lockstep().producer(topic, codec);
  }

  @Override
  public <T> Consumer<T> consumer(ConsumerConfig<T> config) {
    return lockstep().consumer(config);
  }

  @Override
  public <T> Reader<T> reader(ReaderConfig<T> config) {
    return lockstep().reader(config);
  }

  @Override
  public <T> Codec<T> codec(Class<T> payload) {
    return lockstep().codec(payload);
  }

  @Override
  public Topics topics() {
    return lockstep().topics();
  }

  @Override
  public Groups groups() {
    return lockstep().groups();
  }

  @Override
  public Transactions transactions() {
    return lockstep().transactions();
  }

  @Override
  public Diagnosis diagnose() {
    return lockstep().diagnose();
  }

  @Override
  public <R, E extends Exception> R inTransaction(Work<R, E> work) throws E {
    return lockstep().inTransaction(work);
  }

  /**
   * Refused: other applications use the same log.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public void close() {
    throw new UnsupportedOperationException(
        "the log belongs to the resource adapter, which closes it when it stops; an application"
            + " that found it in JNDI does not close it");
  }
}
