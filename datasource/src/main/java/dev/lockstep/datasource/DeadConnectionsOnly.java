package dev.lockstep.datasource;

import static com.zaxxer.hikari.SQLExceptionOverride.Override.DO_NOT_EVICT;
import static com.zaxxer.hikari.SQLExceptionOverride.Override.MUST_EVICT;

import com.zaxxer.hikari.SQLExceptionOverride;
import dev.lockstep.jdbc.PostgresFailures;
import java.sql.SQLException;

/**
 * Which errors make HikariCP close a connection: by default also some that do no harm to it, such
 * as 0A000, in the middle of its transaction.
 */
final class DeadConnectionsOnly implements SQLExceptionOverride {
  @java.lang.Override
  public SQLExceptionOverride.Override adjudicate(SQLException failure) {
    return PostgresFailures.provesDeadConnection(failure) ? MUST_EVICT : DO_NOT_EVICT;
  }
}
