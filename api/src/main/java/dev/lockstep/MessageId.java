package dev.lockstep;

import java.io.Serializable;
import java.util.Objects;

/**
 * The identity of a message: known at the send, before the commit, and unique across nodes and
 * across the lives of a log. Its text form is 32 characters long and sorts as the identities do.
 *
 * <p>Two identities of one log compare in the order of the sends; between logs the order has no
 * meaning. The identity of a message that was never committed is not used again.
 */
public final class MessageId implements Comparable<MessageId>, Serializable {
  private static final long serialVersionUID = 1L;
  private static final int TEXT_LENGTH = 32;
  private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

  /** The log that the message was sent to. */
  private final long origin;

  /** The life of that log, between two opens. */
  private final int incarnation;

  /** Counts the messages of that life. */
  private final long sequence;

  private MessageId(long origin, int incarnation, long sequence) {
    this.origin = origin;
    this.incarnation = incarnation;
    this.sequence = sequence;
  }

  /**
   * An identity made by a log.
   *
   * @param origin a random number of the log that made it
   * @param incarnation the life of the log in which it was made
   * @param sequence its number in that life
   * @return the identity
   */
  public static MessageId of(long origin, int incarnation, long sequence) {
    return new MessageId(origin, incarnation, sequence);
  }

  /**
   * The inverse of {@link #toString()}.
   *
   * @param text the text form
   * @return the identity
   * @throws IllegalArgumentException if the text is not an identity's text form
   */
  public static MessageId parse(String text) {
    if (text.length() != TEXT_LENGTH) {
      throw notAnId(text);
    }
    byte[] bytes = new byte[20];
    long buffer = 0;
    int bits = 0;
    int at = 0;
    for (int i = 0; i < TEXT_LENGTH; i++) {
      int value = ALPHABET.indexOf(text.charAt(i));
      if (value < 0) {
        throw notAnId(text);
      }
      buffer = buffer << 5 | value;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        bytes[at++] = (byte) (buffer >>> bits);
      }
    }
    return new MessageId(
        number(bytes, 0, Long.BYTES),
        (int) number(bytes, 8, Integer.BYTES),
        number(bytes, 12, Long.BYTES));
  }

  private static IllegalArgumentException notAnId(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is not a message id: expected 32 characters of 0-9 and A-Z");
  }

  private static long number(byte[] bytes, int from, int length) {
    long value = 0;
    for (int i = from; i < from + length; i++) {
      value = value << 8 | (bytes[i] & 0xFF);
    }
    return value;
  }

  /**
   * The log that made it.
   *
   * @return a random number, fixed for the life of that log's directory
   */
  public long origin() {
    return origin;
  }

  /**
   * The life of the log, between two opens, in which it was made.
   *
   * @return the incarnation, from 1
   */
  public int incarnation() {
    return incarnation;
  }

  /**
   * Its number in that life.
   *
   * @return the sequence number
   */
  public long sequence() {
    return sequence;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(TEXT_LENGTH);
    long buffer = 0;
    int bits = 0;
    for (int i = 0; i < 20; i++) {
      buffer = buffer << 8 | byteAt(i);
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        text.append(ALPHABET.charAt((int) (buffer >>> bits) & 31));
      }
    }
    return text.toString();
  }

  private int byteAt(int i) {
    if (i < 8) {
      return (int) (origin >>> (56 - 8 * i)) & 0xFF;
    }
    if (i < 12) {
      return incarnation >>> (24 - 8 * (i - 8)) & 0xFF;
    }
    return (int) (sequence >>> (56 - 8 * (i - 12))) & 0xFF;
  }

  @Override
  public int compareTo(MessageId other) {
    int byOrigin = Long.compareUnsigned(origin, other.origin);
    if (byOrigin != 0) {
      return byOrigin;
    }
    int byIncarnation = Integer.compareUnsigned(incarnation, other.incarnation);
    return byIncarnation != 0 ? byIncarnation : Long.compareUnsigned(sequence, other.sequence);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MessageId that
        && origin == that.origin
        && incarnation == that.incarnation
        && sequence == that.sequence;
  }

  @Override
  public int hashCode() {
    return Objects.hash(origin, incarnation, sequence);
  }
}
