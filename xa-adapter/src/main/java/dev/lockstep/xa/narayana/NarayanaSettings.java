package dev.lockstep.xa.narayana;

import dev.lockstep.InvalidConfigException;
import jakarta.transaction.TransactionManager;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** What {@link NarayanaTransactions} is built from, checked. */
record NarayanaSettings(
    String nodeId,
    Path storeDirectory,
    Duration recoveryInterval,
    Duration defaultTimeout,
    TransactionStore store,
    Elision elision,
    List<RecoverableResource> resources,
    UnaryOperator<TransactionManager> decoration) {
  /** What Narayana has room for in an Xid. */
  private static final int MAX_NODE_ID_BYTES = 28;

  NarayanaSettings {
    storeDirectory = storeDirectory.toAbsolutePath().normalize();
    resources = List.copyOf(resources);
    List<String> problems = new ArrayList<>();
    checkNodeId(nodeId, problems);
    if (recoveryInterval.compareTo(Duration.ofMillis(1)) < 0) {
      problems.add("recoveryInterval is " + recoveryInterval + "; it must be at least 1 ms");
    }
    if (defaultTimeout.toSeconds() < 1
        || defaultTimeout.toSeconds() > Integer.MAX_VALUE
        || !defaultTimeout.equals(Duration.ofSeconds(defaultTimeout.toSeconds()))) {
      problems.add("defaultTimeout is " + defaultTimeout + "; it must be whole seconds, 1 or more");
    }
    Set<String> names = new HashSet<>();
    resources.stream()
        .map(RecoverableResource::name)
        .filter(name -> !names.add(name))
        .forEach(name -> problems.add("two resources for recovery are named '" + name + "'"));
    if (!problems.isEmpty()) {
      throw new InvalidConfigException("transactions: " + String.join("; ", problems));
    }
  }

  private static void checkNodeId(String nodeId, List<String> problems) {
    int bytes = nodeId.getBytes(StandardCharsets.UTF_8).length;
    if (nodeId.isBlank() || !nodeId.equals(nodeId.strip()) || nodeId.equals("*")) {
      problems.add(
          "nodeId is '" + nodeId + "'; it must be a name, without blanks around it, and not '*'");
    } else if (bytes > MAX_NODE_ID_BYTES) {
      problems.add(
          "nodeId '"
              + nodeId
              + "' has "
              + bytes
              + " bytes; an Xid has room for "
              + MAX_NODE_ID_BYTES);
    }
  }

  int defaultTimeoutSeconds() {
    return Math.toIntExact(defaultTimeout.toSeconds());
  }
}
