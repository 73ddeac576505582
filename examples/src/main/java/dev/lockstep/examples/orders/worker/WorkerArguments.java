package dev.lockstep.examples.orders.worker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a worker is told when it starts.
 *
 * @param style how its service is written
 * @param nodeId the transaction manager's name in the transactions' identities: one's own, if
 *     others use the same database
 * @param directory where the log and the transaction manager's store are
 * @param jdbcUrl the database, user and password included
 * @param orders how many orders there are to place in the end: 1 to this number
 * @param allowance how many of them this worker may place
 * @param killPoint where to wait for being killed, as in {@code log.commit.before@3}
 */
public record WorkerArguments(
    Style style,
    String nodeId,
    Path directory,
    String jdbcUrl,
    int orders,
    int allowance,
    Optional<String> killPoint) {

  /**
   * As a command line.
   *
   * @return the arguments of {@link Worker#main}
   */
  public List<String> toCommandLine() {
    List<String> line =
        new ArrayList<>(
            List.of(
                style.name(),
                nodeId,
                directory.toString(),
                jdbcUrl,
                String.valueOf(orders),
                String.valueOf(allowance)));
    killPoint.ifPresent(line::add);
    return List.copyOf(line);
  }

  /**
   * The same with another allowance.
   *
   * @param orders how many orders the worker may place
   * @return the arguments of a worker that ends when it has placed them and billed all
   */
  public WorkerArguments allowing(int orders) {
    return new WorkerArguments(style, nodeId, directory, jdbcUrl, this.orders, orders, killPoint);
  }

  /**
   * The same with a kill point.
   *
   * @param point the point and its passing, as in {@code log.commit.before@3}
   * @return the arguments of a worker that will be killed there
   */
  public WorkerArguments armed(String point) {
    return new WorkerArguments(
        style, nodeId, directory, jdbcUrl, orders, allowance, Optional.of(point));
  }

  static WorkerArguments parse(String[] line) {
    if (line.length < 6 || line.length > 7) {
      throw new IllegalArgumentException(
          "usage: Worker XA|HALF_MESSAGE|CONTROL <node id> <directory> <JDBC URL> <orders> <allowance>"
              + " [<kill point>@<passing>]");
    }
    return new WorkerArguments(
        Style.valueOf(line[0]),
        line[1],
        Path.of(line[2]),
        line[3],
        Integer.parseInt(line[4]),
        Integer.parseInt(line[5]),
        line.length == 7 ? Optional.of(line[6]) : Optional.empty());
  }

  /**
   * Where the log is.
   *
   * @return the data directory for Lockstep
   */
  public Path logDirectory() {
    return directory.resolve("log");
  }

  /**
   * Where the transaction manager keeps its decisions.
   *
   * @return the directory of its store
   */
  public Path storeDirectory() {
    return directory.resolve("transactions");
  }
}
