package dev.lockstep.testkit;

import java.io.DataInputStream;
import java.io.IOException;

/** As much of a database's protocol as {@link LossyProxy} needs. Without state. */
interface WireProtocol {
  /**
   * What a client has sent.
   *
   * @param bytes all of it, to be passed on
   * @param text the same as a text, to find a statement in
   * @param isQuestion whether the client waits for an answer now
   */
  record Message(byte[] bytes, String text, boolean isQuestion) {}

  /** Reads the next message of a client that has just connected. */
  Message first(DataInputStream in) throws IOException;

  /** Whether that was the last one of the kind that {@link #first} reads. */
  boolean isStarted(Message first);

  /** Reads the next message of a client. */
  Message next(DataInputStream in) throws IOException;

  /** Reads the server's answer to a statement: when it returns, that is carried out. */
  void skipAnswer(DataInputStream in) throws IOException;

  /** The protocol of a server, by its JDBC URL. */
  static WireProtocol of(String jdbcUrl) {
    return jdbcUrl.startsWith("jdbc:mariadb:") ? new MariaDbProtocol() : new PostgresProtocol();
  }
}
