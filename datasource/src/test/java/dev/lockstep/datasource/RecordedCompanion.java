package dev.lockstep.datasource;

import dev.lockstep.jdbc.Companion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A companion that executes what the test says, and keeps what it is told. */
final class RecordedCompanion implements Companion, Companion.Sealed {
  private final String sql;
  private final List<String> told = new ArrayList<>();

  RecordedCompanion(String sql) {
    this.sql = sql;
  }

  List<String> told() {
    return told;
  }

  @Override
  public Optional<Sealed> seal() {
    told.add("seal");
    return Optional.of(this);
  }

  @Override
  public PreparedStatement withCommit(Connection connection) throws SQLException {
    return connection.prepareStatement(sql + "; COMMIT");
  }

  @Override
  public String text() {
    return sql;
  }

  @Override
  public void committed() {
    told.add("committed");
  }

  @Override
  public void rolledBack(Throwable reason) {
    told.add("rolled back");
  }

  @Override
  public void unknown() {
    told.add("unknown");
  }

  @Override
  public Optional<String> remedy(Throwable failure) {
    return Optional.of("try something else");
  }
}
