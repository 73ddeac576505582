package dev.lockstep.examples.orders.worker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a worker is told when it starts.
 *
 * @param style how its service is written
 * @param directory where the log and the transaction manager's store are
 * @param jdbcUrl the database, user and password included
 * @param orders how many orders there are to place: 1 to this number
 * @param killPoint where to wait for being killed, as in {@code log.commit.before@3}
 */
public record WorkerArguments(
    Style style, Path directory, String jdbcUrl, int orders, Optional<String> killPoint) {

  /**
   * As a command line.
   *
   * @return the arguments of {@link Worker#main}
   */
  public List<String> toCommandLine() {
    List<String> line =
        new ArrayList<>(
            List.of(style.name(), directory.toString(), jdbcUrl, String.valueOf(orders)));
    killPoint.ifPresent(line::add);
    return List.copyOf(line);
  }

  /**
   * The same with a kill point.
   *
   * @param point the point and its passing, as in {@code log.commit.before@3}
   * @return the arguments of a worker that will be killed there
   */
  public WorkerArguments armed(String point) {
    return new WorkerArguments(style, directory, jdbcUrl, orders, Optional.of(point));
  }

  static WorkerArguments parse(String[] line) {
    if (line.length < 4 || line.length > 5) {
      throw new IllegalArgumentException(
          "usage: Worker LOCKSTEP|CONTROL <directory> <JDBC URL> <orders> [<kill point>@<hit>]");
    }
    return new WorkerArguments(
        Style.valueOf(line[0]),
        Path.of(line[1]),
        line[2],
        Integer.parseInt(line[3]),
        line.length == 5 ? Optional.of(line[4]) : Optional.empty());
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
