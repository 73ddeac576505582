package dev.lockstep;

/** The headers that a dead letter has in addition to those of the message. All of them are text. */
public final class DeadLetter {
  /** The topic that the message comes from. */
  public static final String TOPIC = "lockstep-dlt-topic";

  /** Its partition there. */
  public static final String PARTITION = "lockstep-dlt-partition";

  /** Its offset there. */
  public static final String OFFSET = "lockstep-dlt-offset";

  /** The exception of the last attempt. */
  public static final String EXCEPTION = "lockstep-dlt-exception";

  /** How many attempts there were; 0 if it could not be decoded. */
  public static final String ATTEMPTS = "lockstep-dlt-attempts";

  private DeadLetter() {}
}
