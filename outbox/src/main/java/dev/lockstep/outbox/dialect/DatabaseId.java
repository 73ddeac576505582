package dev.lockstep.outbox.dialect;

/**
 * Which database it is.
 *
 * @param configured the name that it has in the configuration
 * @param identity what is the same for all ways to one database, and different for different ones
 * @param name the name that it gives itself
 */
public record DatabaseId(String configured, String identity, String name) {
  /** Whether both are one database, whatever it is called. */
  public boolean isSameAs(DatabaseId other) {
    return identity.equals(other.identity);
  }

  @Override
  public String toString() {
    return "'" + configured + "' (database " + name + ", " + identity + ")";
  }
}
