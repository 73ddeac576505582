package dev.lockstep.examples.orders.demo;

/** What happens to the database while a worker runs. */
enum Incident {
  BACKENDS_TERMINATED("PostgreSQL: all connections terminated"),
  POSTGRES_KILLED("PostgreSQL: server killed and restarted");

  private final String text;

  Incident(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
