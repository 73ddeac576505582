package dev.lockstep.wildfly.crashrar;

import dev.lockstep.Listener;
import dev.lockstep.LockstepListener;
import dev.lockstep.wildfly.crash.HaltingResource;
import dev.lockstep.wildfly.crash.Traps;
import dev.lockstep.wildfly.rar.Tables;
import jakarta.ejb.MessageDriven;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a row for each message, and halts the server once for each message that asks for it. */
@MessageDriven
public class Fragile implements LockstepListener {
  @Inject private Tables tables;
  @Inject private Traps traps;

  /** The log's branch is the first, the trap the second, and the database's the last. */
  @Listener(topic = "poison", group = "fragile")
  public void handle(String text) throws Exception {
    Path memory = Path.of(System.getProperty("jboss.server.data.dir"), "halted-" + text.hashCode());
    if (text.startsWith("halt") && !Files.exists(memory)) {
      Files.createFile(memory);
      traps.set(
          text.startsWith("halt before decision")
              ? HaltingResource.At.PREPARE
              : HaltingResource.At.COMMIT);
    }
    tables.insert("handled", text);
  }
}
