package dev.lockstep.testkit;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Packets of at most 16 MiB, neither compressed nor encrypted: a length of three bytes, the number
 * of the packet in its exchange, and a body. The server greets; all that a client sends has this
 * one form.
 */
final class MariaDbProtocol implements WireProtocol {
  private static final int HEADER_BYTES = 4;
  private static final byte QUIT = 1;
  private static final byte CLOSE_STATEMENT = 25;

  @Override
  public Message first(DataInputStream in) throws IOException {
    return next(in);
  }

  @Override
  public boolean isStarted(Message first) {
    return true;
  }

  @Override
  public Message next(DataInputStream in) throws IOException {
    byte[] header = new byte[HEADER_BYTES];
    in.readFully(header);
    byte[] body = in.readNBytes(length(header));
    boolean isCommand = header[HEADER_BYTES - 1] == 0 && body.length > 0;
    return new Message(
        ByteBuffer.allocate(HEADER_BYTES + body.length).put(header).put(body).array(),
        new String(body, StandardCharsets.ISO_8859_1),
        isCommand && body[0] != QUIT && body[0] != CLOSE_STATEMENT);
  }

  private static int length(byte[] header) {
    return Byte.toUnsignedInt(header[0])
        | (Byte.toUnsignedInt(header[1]) << Byte.SIZE)
        | (Byte.toUnsignedInt(header[2]) << (2 * Byte.SIZE));
  }

  /** Its first packet: a statement that has one is carried out, whatever follows. */
  @Override
  public void skipAnswer(DataInputStream in) throws IOException {
    byte[] header = new byte[HEADER_BYTES];
    in.readFully(header);
    in.readNBytes(length(header));
  }
}
