package dev.lockstep.xa;

/** How flags are shown in messages. */
final class Flags {
  private Flags() {}

  static String text(int flags) {
    return "0x" + Integer.toHexString(flags);
  }
}
