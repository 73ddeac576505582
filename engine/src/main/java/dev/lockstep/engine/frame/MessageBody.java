package dev.lockstep.engine.frame;

import dev.lockstep.Headers;
import dev.lockstep.MessageId;
import dev.lockstep.TooLargeException;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Envelope.Kind;
import java.nio.ByteBuffer;
import java.time.Instant;
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
 *   53  1  flags: bit 0, it has a key; bit 1, it is a tombstone; bit 2, it has an idempotency key
 *   54  2  number of headers
 *   56  4  length of the key
 *   60  4  length of the payload
 *   64     key; idempotency key, if there is one (2 bytes length, UTF-8);
 *          headers: name (2 bytes length, UTF-8), value (4 bytes length, bytes); payload
 * </pre>
 *
 * <p>What an index or a group needs of a message is read from the encoded body, without decoding
 * the rest.
 */
public record MessageBody(
    long branch,
    MessageId id,
    int topic,
    int partition,
    long timestamp,
    long expiresAt,
    Kind kind,
    Optional<byte[]> key,
    Optional<String> idempotencyKey,
    Headers headers,
    byte[] payload) {
  /** The time of expiry of a message that does not expire. */
  public static final long NEVER = 0;

  private static final int TOPIC = 28;
  private static final int PARTITION = 32;
  private static final int EXPIRES_AT = 44;
  private static final int FLAGS = 53;
  private static final int KEY_LENGTH = 56;
  private static final int FIXED = 64;
  private static final byte HAS_KEY = 1;
  private static final byte IS_TOMBSTONE = 2;
  private static final byte HAS_IDEMPOTENCY_KEY = 4;
  private static final byte LANE = 0;
  private static final int MAX_SHORT = 0xFFFF;

  /** The message, as the SPI has it. */
  public Envelope envelope(String topicName) {
    return new Envelope(
        topicName,
        key,
        payload,
        headers,
        kind,
        expiresAt == NEVER ? Optional.empty() : Optional.of(Instant.ofEpochMilli(expiresAt)),
        idempotencyKey);
  }

  /** The bytes of keys, headers and payload: what counts against the limit for a message. */
  public static long contentLength(Envelope message) {
    return contentLength(
        message.key(), message.idempotencyKey(), message.headers(), message.payload());
  }

  private static long contentLength(
      Optional<byte[]> key, Optional<String> idempotencyKey, Headers headers, byte[] payload) {
    long length = payload.length;
    if (key.isPresent()) {
      length += key.get().length;
    }
    if (idempotencyKey.isPresent()) {
      length += Bytes.textLength(idempotencyKey.get());
    }
    for (Headers.Header header : headers) {
      length += Bytes.textLength(header.name()) + Integer.BYTES + header.valueLength();
    }
    return length;
  }

  /**
   * Throws unless the texts of a message fit into a body.
   *
   * @throws TooLargeException if there are too many headers, or a name or the idempotency key is
   *     too long
   */
  public static void check(Envelope message) {
    Headers headers = message.headers();
    if (headers.size() > MAX_SHORT) {
      throw new TooLargeException(
          "a message has "
              + headers.size()
              + " headers; at most "
              + MAX_SHORT
              + " fit. Put the data into the payload");
    }
    for (Headers.Header header : headers) {
      checkText("the name of a header", header.name(), "Put the data into its value");
    }
    if (message.idempotencyKey().isPresent()) {
      checkText("an idempotency key", message.idempotencyKey().get(), "Use a hash of it");
    }
  }

  private static void checkText(String what, String text, String remedy) {
    int length = Bytes.textLength(text) - Short.BYTES;
    if (length > MAX_SHORT) {
      throw new TooLargeException(
          what + " has " + length + " bytes; at most " + MAX_SHORT + " fit. " + remedy);
    }
  }

  /** The room that a message with so many bytes of content takes in the log, alone in its frame. */
  public static int frameLength(long contentLength) {
    return Frame.lengthOf(Math.toIntExact(FIXED + contentLength));
  }

  /** Encodes the message that a branch makes of an envelope into a frame. */
  public static Frame encode(
      Envelope envelope, long branch, MessageId id, int topic, int partition, long timestamp) {
    Optional<byte[]> key = envelope.key();
    Optional<String> idempotencyKey = envelope.idempotencyKey();
    Headers headers = envelope.headers();
    byte[] payload = envelope.payload();
    int length = Math.toIntExact(FIXED + contentLength(key, idempotencyKey, headers, payload));
    Frame frame = Frame.begin(FrameTypes.MESSAGE, length);
    frame.putLong(branch).putLong(id.origin()).putInt(id.incarnation()).putLong(id.sequence());
    frame.putInt(topic).putInt(partition).putLong(timestamp);
    frame.putLong(expiresAt(envelope)).put(LANE);
    frame.put(flags(envelope)).putShort((short) headers.size());
    frame.putInt(key.isPresent() ? key.get().length : 0).putInt(payload.length);
    if (key.isPresent()) {
      frame.put(key.get());
    }
    if (idempotencyKey.isPresent()) {
      frame.put(body -> Bytes.putText(body, idempotencyKey.get()));
    }
    if (headers.size() > 0) {
      frame.put(body -> put(body, headers));
    }
    return frame.put(payload).seal();
  }

  private static void put(ByteBuffer body, Headers headers) {
    for (Headers.Header header : headers) {
      Bytes.putText(body, header.name());
      header.putValue(body.putInt(header.valueLength()));
    }
  }

  private static long expiresAt(Envelope envelope) {
    return envelope.expiresAt().isPresent() ? envelope.expiresAt().get().toEpochMilli() : NEVER;
  }

  private static byte flags(Envelope envelope) {
    return (byte)
        ((envelope.key().isPresent() ? HAS_KEY : 0)
            | (envelope.kind() == Kind.TOMBSTONE ? IS_TOMBSTONE : 0)
            | (envelope.idempotencyKey().isPresent() ? HAS_IDEMPOTENCY_KEY : 0));
  }

  /** Decodes the body. */
  public static MessageBody decode(ByteBuffer body) {
    long branch = body.getLong();
    MessageId id = MessageId.of(body.getLong(), body.getInt(), body.getLong());
    int topic = body.getInt();
    int partition = body.getInt();
    long timestamp = body.getLong();
    long expiresAt = body.getLong();
    body.get();
    byte flags = body.get();
    int headerCount = Short.toUnsignedInt(body.getShort());
    int keyLength = body.getInt();
    int payloadLength = body.getInt();
    Optional<byte[]> key =
        (flags & HAS_KEY) != 0 ? Optional.of(Bytes.array(body, keyLength)) : Optional.empty();
    Optional<String> idempotencyKey =
        (flags & HAS_IDEMPOTENCY_KEY) != 0 ? Optional.of(Bytes.text(body)) : Optional.empty();
    List<Headers.Header> headers = new ArrayList<>(headerCount);
    for (int i = 0; i < headerCount; i++) {
      String name = Bytes.text(body);
      headers.add(new Headers.Header(name, Bytes.array(body, body.getInt())));
    }
    return new MessageBody(
        branch,
        id,
        topic,
        partition,
        timestamp,
        expiresAt,
        (flags & IS_TOMBSTONE) != 0 ? Kind.TOMBSTONE : Kind.MESSAGE,
        key,
        idempotencyKey,
        Headers.of(headers),
        Bytes.array(body, payloadLength));
  }

  /** The branch number of an encoded body. */
  public static long branch(ByteBuffer body) {
    return body.getLong(0);
  }

  /** The topic of an encoded body. */
  public static int topic(ByteBuffer body) {
    return body.getInt(TOPIC);
  }

  /** The partition of an encoded body. */
  public static int partition(ByteBuffer body) {
    return body.getInt(PARTITION);
  }

  /**
   * When the message of an encoded body expires, milliseconds since the epoch, or {@link #NEVER}.
   */
  public static long expiresAt(ByteBuffer body) {
    return body.getLong(EXPIRES_AT);
  }

  /** What the message of an encoded body is. */
  public static Kind kind(ByteBuffer body) {
    return has(body, IS_TOMBSTONE) ? Kind.TOMBSTONE : Kind.MESSAGE;
  }

  /**
   * The {@linkplain TextHash hash} of the key of an encoded body, {@link TextHash#NONE} without
   * one.
   */
  public static int keyHash(ByteBuffer body) {
    return has(body, HAS_KEY)
        ? TextHash.of(body.slice(FIXED, body.getInt(KEY_LENGTH)))
        : TextHash.NONE;
  }

  /** The hash of the idempotency key of an encoded body, {@link TextHash#NONE} without one. */
  public static int idempotencyHash(ByteBuffer body) {
    if (!has(body, HAS_IDEMPOTENCY_KEY)) {
      return TextHash.NONE;
    }
    int at = FIXED + body.getInt(KEY_LENGTH);
    return TextHash.of(body.slice(at + Short.BYTES, Short.toUnsignedInt(body.getShort(at))));
  }

  private static boolean has(ByteBuffer body, byte flag) {
    return (body.get(FLAGS) & flag) != 0;
  }
}
