package dev.lockstep.engine.tx;

import dev.lockstep.engine.frame.PrepareBody;
import dev.lockstep.engine.index.MessageRef;
import java.util.List;

/** A branch whose prepare is durable and whose outcome is not known. */
public record PreparedBranch(PrepareBody body, List<MessageRef> messages) {}
