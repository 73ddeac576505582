package dev.lockstep.engine.frame;

import dev.lockstep.Headers;
import dev.lockstep.MessageId;
import dev.lockstep.TooLargeException;
import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A message, as its branch wrote it. Whether and where it becomes visible is said by other frames.
 *
 * <pre>
 *    0  8  branch number
 *    8  8  message id: origin
 *   16  4  message id: incarnation
 *   20  8  message id: sequence
 *   28  4  topic
 *   32  4  partition
 *   36  8  time of the send, milliseconds since the epoch
 *   44  8  time of expiry, 0: never
 *   52  1  lane, 0
 *   53  1  flags: bit 0, it has a key
 *   54  2  number of headers
 *   56  4  length of the key
 *   60  4  length of the payload
 *   64     key; headers: name (2 bytes length, UTF-8), value (4 bytes length, bytes); payload
 * </pre>
 */
public record MessageBody(
    long branch,
    MessageId id,
    int topic,
    int partition,
    long timestamp,
    Optional<byte[]> key,
    Headers headers,
    byte[] payload) {
  private static final int FIXED = 64;
  private static final byte HAS_KEY = 1;
  private static final long NEVER = 0;
  private static final byte LANE = 0;
  private static final int MAX_SHORT = 0xFFFF;

  /** The bytes of key, headers and payload: what counts against the limit for a message. */
  public static long contentLength(Optional<byte[]> key, Headers headers, byte[] payload) {
    long length = key.map(bytes -> bytes.length).orElse(0) + (long) payload.length;
    for (Headers.Header header : headers) {
      length += Bytes.textLength(header.name()) + Integer.BYTES + header.value().length;
    }
    return length;
  }

  /**
   * Throws unless headers fit into a body.
   *
   * @throws TooLargeException if there are too many, or a name is too long
   */
  public static void check(Headers headers) {
    if (headers.size() > MAX_SHORT) {
      throw new TooLargeException(
          "a message has "
              + headers.size()
              + " headers; at most "
              + MAX_SHORT
              + " fit. Put the data into the payload");
    }
    for (Headers.Header header : headers) {
      int length = Bytes.textLength(header.name()) - Short.BYTES;
      if (length > MAX_SHORT) {
        throw new TooLargeException(
            "the name of a header has "
                + length
                + " bytes; at most "
                + MAX_SHORT
                + " fit. Put the data into its value");
      }
    }
  }

  /** Encodes the body into a frame. */
  public Frame encode() {
    long content = contentLength(key, headers, payload);
    ByteBuffer body = ByteBuffer.allocate(Math.toIntExact(FIXED + content));
    body.putLong(branch).putLong(id.origin()).putInt(id.incarnation()).putLong(id.sequence());
    body.putInt(topic).putInt(partition).putLong(timestamp).putLong(NEVER).put(LANE);
    body.put(key.isPresent() ? HAS_KEY : 0).putShort((short) headers.size());
    body.putInt(key.map(bytes -> bytes.length).orElse(0)).putInt(payload.length);
    key.ifPresent(body::put);
    for (Headers.Header header : headers) {
      byte[] value = header.value();
      Bytes.putText(body, header.name());
      body.putInt(value.length).put(value);
    }
    body.put(payload);
    return Frame.of(FrameTypes.MESSAGE, body.flip());
  }

  /** Decodes the body. */
  public static MessageBody decode(ByteBuffer body) {
    long branch = body.getLong();
    MessageId id = MessageId.of(body.getLong(), body.getInt(), body.getLong());
    int topic = body.getInt();
    int partition = body.getInt();
    long timestamp = body.getLong();
    body.position(body.position() + Long.BYTES + Byte.BYTES);
    boolean hasKey = (body.get() & HAS_KEY) != 0;
    int headerCount = Short.toUnsignedInt(body.getShort());
    int keyLength = body.getInt();
    int payloadLength = body.getInt();
    Optional<byte[]> key = hasKey ? Optional.of(Bytes.array(body, keyLength)) : Optional.empty();
    List<Headers.Header> headers = new ArrayList<>(headerCount);
    for (int i = 0; i < headerCount; i++) {
      String name = Bytes.text(body);
      headers.add(new Headers.Header(name, Bytes.array(body, body.getInt())));
    }
    byte[] payload = Bytes.array(body, payloadLength);
    return new MessageBody(
        branch, id, topic, partition, timestamp, key, Headers.of(headers), payload);
  }

  /** The branch number of an encoded body. */
  public static long branch(ByteBuffer body) {
    return body.getLong(0);
  }

  /** The topic of an encoded body. */
  public static int topic(ByteBuffer body) {
    return body.getInt(28);
  }

  /** The partition of an encoded body. */
  public static int partition(ByteBuffer body) {
    return body.getInt(32);
  }
}
