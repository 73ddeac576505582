package dev.lockstep.rar;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ActivationSpec;
import jakarta.resource.spi.ResourceAdapter;
import org.jspecify.annotations.Nullable;

/**
 * The activation of a message-driven bean. It has no properties: the bean's methods say with {@code
 * dev.lockstep.Listener} what they receive, and how.
 */
public final class LockstepActivationSpec implements ActivationSpec {
  private @Nullable ResourceAdapter adapter;

  /** For the container. */
  public LockstepActivationSpec() {}

  /** Nothing to check: the listener methods are, at the activation. */
  @Override
  public void validate() {}

  @Override
  public synchronized @Nullable ResourceAdapter getResourceAdapter() {
    return adapter;
  }

  @Override
  public synchronized void setResourceAdapter(ResourceAdapter resourceAdapter)
      throws ResourceException {
    adapter = resourceAdapter;
  }
}
