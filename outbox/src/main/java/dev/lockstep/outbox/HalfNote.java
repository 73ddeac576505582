package dev.lockstep.outbox;

import dev.lockstep.outbox.dialect.DatabaseId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What the half frame of a transaction says about its database, so that any later process knows
 * where to ask for the outcome, and notices when it asks another database. Its form is part of the
 * log's format.
 *
 * @param database which database
 * @param table the number of the marker table
 */
record HalfNote(DatabaseId database, int table) {
  private static final byte VERSION = 1;

  byte[] encode() {
    byte[] configured = bytes(database.configured());
    byte[] identity = bytes(database.identity());
    byte[] name = bytes(database.name());
    ByteBuffer note =
        ByteBuffer.allocate(2 + 3 * Short.BYTES + configured.length + identity.length + name.length)
            .put(VERSION)
            .put((byte) table);
    put(note, configured);
    put(note, identity);
    put(note, name);
    return note.array();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void put(ByteBuffer note, byte[] text) {
    note.putShort((short) text.length).put(text);
  }

  /** What a note says; empty if it is none that this version knows. */
  static Optional<HalfNote> decode(byte[] bytes) {
    ByteBuffer note = ByteBuffer.wrap(bytes);
    try {
      byte version = note.get();
      int table = note.get();
      if (version != VERSION || table < 0 || table >= MarkerTables.COUNT) {
        return Optional.empty();
      }
      DatabaseId database = new DatabaseId(text(note), text(note), text(note));
      return note.hasRemaining() ? Optional.empty() : Optional.of(new HalfNote(database, table));
    } catch (BufferUnderflowException e) {
      return Optional.empty();
    }
  }

  private static String text(ByteBuffer note) {
    byte[] text = new byte[Short.toUnsignedInt(note.getShort())];
    note.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }
}
