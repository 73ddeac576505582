package dev.lockstep.engine.inspect;

/** A query names a partition or an offset that there is not. The message says which there are. */
public final class UnknownPlaceException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  UnknownPlaceException(String message) {
    super(message);
  }
}
