package dev.lockstep.wildfly.rar;

import dev.lockstep.Backoff;
import dev.lockstep.Listener;
import dev.lockstep.LockstepListener;
import dev.lockstep.Message;
import jakarta.annotation.Resource;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.MessageDrivenContext;
import jakarta.inject.Inject;
import java.io.IOException;
import java.sql.SQLException;

/** Fails as the message says, each time after it has written a row. */
@MessageDriven
public class Picky implements LockstepListener {
  @Inject private Tables tables;
  @Inject private Journal journal;
  @Resource private MessageDrivenContext context;

  /** Handles a message, or fails. */
  @Listener(
      topic = "poison",
      group = "picky",
      attempts = 3,
      backoff = @Backoff(initial = "50ms", max = "100ms"),
      noRetry = IllegalArgumentException.class)
  public void handle(Message<String> message) throws IOException, SQLException {
    String text = message.payload();
    journal.add(message.key().orElseThrow() + " attempt " + message.attempt());
    tables.insert("handled", message.key().orElseThrow() + " " + text);
    switch (text) {
      case "checked" -> throw new IOException("a checked exception");
      case "unchecked" -> throw new IllegalStateException("an unchecked exception");
      case "hopeless" -> throw new IllegalArgumentException("no use to try again");
      case "rollback only" -> context.setRollbackOnly();
      case "once" -> {
        if (message.attempt() == 1) {
          throw new IllegalStateException("only the first time");
        }
      }
      default -> {
        // It is handled.
      }
    }
  }
}
