package dev.lockstep;

/**
 * A payload can't be decoded. The message says which topic, partition and offset, as {@link
 * #topic()}, {@link #partition()} and {@link #offset()} do; the codec's exception is the cause.
 *
 * <p>To pass the message over, commit what was polled before it, and {@linkplain Consumer#seek
 * seek} to the offset behind it.
 */
public final class DecodeException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0103";

  /** The topic of the message. */
  private final String topic;

  /** Its partition. */
  private final int partition;

  /** Its offset. */
  private final long offset;

  /**
   * An exception with a cause.
   *
   * @param message what, which, why and the remedy
   * @param topic the topic of the message
   * @param partition its partition
   * @param offset its offset
   * @param cause what led to it
   */
  public DecodeException(
      String message, String topic, int partition, long offset, Throwable cause) {
    super(CODE, message, cause);
    this.topic = topic;
    this.partition = partition;
    this.offset = offset;
  }

  /**
   * The topic of the message that can't be decoded.
   *
   * @return the topic's name
   */
  public String topic() {
    return topic;
  }

  /**
   * The partition of that message.
   *
   * @return the partition
   */
  public int partition() {
    return partition;
  }

  /**
   * The offset of that message.
   *
   * @return the offset
   */
  public long offset() {
    return offset;
  }
}
