package dev.lockstep.wildfly.refused;

import dev.lockstep.Listener;
import dev.lockstep.LockstepListener;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;

/** Wrong in two ways. */
@MessageDriven
public class Lost implements LockstepListener {
  /** Reads a topic that is nowhere, outside a transaction. */
  @Listener(topic = "nowhere", group = "lost")
  @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
  public void handle(String text) {}
}
