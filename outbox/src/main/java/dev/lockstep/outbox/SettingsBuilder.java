package dev.lockstep.outbox;

import dev.lockstep.InvalidConfigException;
import dev.lockstep.outbox.Settings.Creation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The settings that all bindings to a database have. Not thread-safe.
 *
 * @param <B> the builder itself
 */
public abstract class SettingsBuilder<B extends SettingsBuilder<B>> {
  private static final int MAX_NAME_BYTES = 200;
  private static final int MAX_MARKERS = 100_000_000;

  private final DataSource source;
  private Optional<DataSource> checkBack = Optional.empty();
  private String name = "database";
  private Optional<String> schema = Optional.empty();
  private Creation creation = Creation.BY_HAND;
  private int markersPerTable = 100_000;
  private Duration outcomeWait = Duration.ofSeconds(10);
  private Duration checkBackWait = Duration.ofSeconds(5);

  SettingsBuilder(DataSource source) {
    this.source = source;
  }

  abstract B self();

  /**
   * The database's name in messages, and in the log beside each half message. Default: database.
   *
   * @param name the name, at most 200 bytes
   * @return this
   */
  public B name(String name) {
    this.name = name;
    return self();
  }

  /**
   * Where check-back has its connections from: the same database and user. It needs one, now and
   * then; where the pool is always exhausted, it should have its own. Default: the same pool.
   *
   * @param dataSource the data source
   * @return this
   */
  public B checkBack(DataSource dataSource) {
    this.checkBack = Optional.of(dataSource);
    return self();
  }

  /**
   * The schema of the marker tables. Default: where the database's search path finds them, and
   * creates them.
   *
   * @param schema the schema's name
   * @return this
   */
  public B schema(String schema) {
    this.schema = Optional.of(schema);
    return self();
  }

  /**
   * Creates the marker tables that are not there when the log is opened. Default: the open is
   * refused with the statements for an administrator.
   *
   * @return this
   */
  public B createTables() {
    this.creation = Creation.AT_OPEN;
    return self();
  }

  /**
   * After how many transactions the next marker table is used, and the last one emptied. Default:
   * 100,000, which take some 10 MiB.
   *
   * @param markers at least 1
   * @return this
   */
  public B markersPerTable(int markers) {
    this.markersPerTable = markers;
    return self();
  }

  /**
   * How long the open of the log waits until the database has said how the transactions ended that
   * a crash has left in doubt. Then it opens all the same, and they are decided later. Default: 5
   * seconds.
   *
   * @param time the time
   * @return this
   */
  public B checkBackWait(Duration time) {
    this.checkBackWait = time;
    return self();
  }

  void setOutcomeWait(Duration time) {
    this.outcomeWait = time;
  }

  Settings settings() {
    List<String> problems = new ArrayList<>();
    if (name.isBlank() || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
      problems.add(
          "the name '" + name + "' is blank or has more than " + MAX_NAME_BYTES + " bytes");
    }
    if (markersPerTable < 1 || markersPerTable > MAX_MARKERS) {
      problems.add(
          "markersPerTable is " + markersPerTable + "; use a number from 1 to " + MAX_MARKERS);
    }
    if (outcomeWait.isNegative()) {
      problems.add("outcomeWait is " + outcomeWait + "; use zero or more");
    }
    if (checkBackWait.isNegative() || checkBackWait.isZero()) {
      problems.add("checkBackWait is " + checkBackWait + "; use more than zero");
    }
    if (!problems.isEmpty()) {
      throw new InvalidConfigException("half messages: " + String.join("; ", problems));
    }
    return new Settings(
        name,
        source,
        checkBack.orElse(source),
        schema,
        creation,
        markersPerTable,
        outcomeWait,
        checkBackWait);
  }
}
