package dev.lockstep.testkit;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Version 3, not encrypted: a type, a length that counts itself, and a body. */
final class PostgresProtocol implements WireProtocol {
  private static final int LENGTH_BYTES = Integer.BYTES;
  private static final int START_OF_PROTOCOL_3 = 196_608;
  private static final char READY_FOR_QUERY = 'Z';
  private static final char SYNC = 'S';
  private static final char SIMPLE_QUERY = 'Q';

  /** Messages without a type: the question for encryption, which is refused, and the start. */
  @Override
  public Message first(DataInputStream in) throws IOException {
    int length = in.readInt();
    byte[] body = in.readNBytes(length - LENGTH_BYTES);
    byte[] bytes = ByteBuffer.allocate(LENGTH_BYTES + body.length).putInt(length).put(body).array();
    return new Message(bytes, "", false);
  }

  @Override
  public boolean isStarted(Message first) {
    return ByteBuffer.wrap(first.bytes()).getInt(LENGTH_BYTES) == START_OF_PROTOCOL_3;
  }

  @Override
  public Message next(DataInputStream in) throws IOException {
    byte type = in.readByte();
    int length = in.readInt();
    byte[] body = in.readNBytes(length - LENGTH_BYTES);
    byte[] bytes =
        ByteBuffer.allocate(1 + LENGTH_BYTES + body.length)
            .put(type)
            .putInt(length)
            .put(body)
            .array();
    return new Message(
        bytes, new String(body, StandardCharsets.ISO_8859_1), type == SYNC || type == SIMPLE_QUERY);
  }

  @Override
  public void skipAnswer(DataInputStream in) throws IOException {
    int type;
    do {
      type = in.readByte();
      in.readNBytes(in.readInt() - LENGTH_BYTES);
    } while (type != READY_FOR_QUERY);
  }
}
