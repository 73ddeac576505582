package dev.lockstep.engine.tx;

import dev.lockstep.CommitPath;
import dev.lockstep.engine.frame.PrepareBody;
import dev.lockstep.engine.index.MessageRef;
import java.util.List;

/** A branch whose prepare is durable and whose outcome is not known. */
public record PreparedBranch(PrepareBody body, List<MessageRef> messages) {
  /** How its transaction is made atomic. */
  public CommitPath path() {
    return switch (body.decider()) {
      case TRANSACTION_MANAGER -> CommitPath.XA;
      case DATABASE -> CommitPath.HALF_MESSAGE;
    };
  }
}
