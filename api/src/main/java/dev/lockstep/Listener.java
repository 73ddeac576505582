package dev.lockstep;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method that receives the messages of a topic, one at a time, each in a transaction of its own.
 * The acknowledgement, what the method sends, and the rows that it writes are committed together,
 * or none of it is.
 *
 * <p>The method is public, returns nothing, and has one parameter: the payload, or a {@link
 * Message} of it. A {@linkplain Message#isTombstone tombstone} needs the latter.
 *
 * <p><b>Failures.</b> When the method throws, checked exceptions included, or the transaction rolls
 * back for another reason, the message is parked: it comes again when the {@link #backoff} has
 * passed, and what its {@link #ordering} puts behind it waits for it. After the last of its {@link
 * #attempts} it goes to the {@link #deadLetterTopic}, with all its headers and those of {@link
 * DeadLetter}. The same happens at once to what can't be decoded. Parking counts the attempt,
 * durably; a crash of the process in the middle of an attempt does not.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Listener {
  /**
   * The topic to read. It must exist.
   *
   * @return the topic's name
   */
  String topic();

  /**
   * The group in whose name the messages are taken.
   *
   * @return the group's name
   */
  String group();

  /**
   * How many threads take messages, each as a member of the group of its own.
   *
   * @return the number, at least 1
   */
  int concurrency() default 1;

  /**
   * How often a message is tried before it goes to the dead letters.
   *
   * @return the number, at least 1
   */
  int attempts() default 5;

  /**
   * How long a message that failed waits for its next attempt.
   *
   * @return the waiting times
   */
  Backoff backoff() default @Backoff;

  /**
   * What waits for a message that failed: with {@link Ordering#KEY} the later ones of its key, with
   * {@link Ordering#PARTITION} all later ones of its partition. All listeners of a group in a topic
   * agree.
   *
   * @return the order
   */
  Ordering ordering() default Ordering.KEY;

  /**
   * Where messages go that can't be handled; created if it is absent.
   *
   * @return the topic's name; empty: {@code <topic>.<group>.dlt}
   */
  String deadLetterTopic() default "";

  /**
   * Exceptions that no further attempt will help against: the message goes to the dead letters at
   * once. Causes count, too.
   *
   * @return the exceptions, with their subclasses
   */
  Class<? extends Throwable>[] noRetry() default {};

  /**
   * Where a group starts that has never read the topic.
   *
   * @return the start
   */
  StartFrom startFrom() default StartFrom.EARLIEST;
}
