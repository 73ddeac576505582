package dev.lockstep.engine.jmx;

import java.util.Map;

/** The transactions of a live log whose outcome somebody else has to decide. */
public interface TransactionsMXBean {
  /** How many there are. */
  int getInDoubt();

  /** How long the oldest one waits, in milliseconds; 0: there is none. */
  long getOldestInDoubtMillis();

  /** All of them, by transaction. */
  Map<String, InDoubtFigures> getTransactions();

  /** One transaction. */
  interface InDoubtFigures {
    /** How it is made atomic. */
    String getPath();

    /** How long it waits, in milliseconds. */
    long getAgeMillis();

    /** Who decides. */
    String getWaitsFor();

    /** How many messages it has, in all topics. */
    int getMessages();
  }
}
