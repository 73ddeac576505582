package dev.lockstep.outbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A shop in a process of its own, which sells one thing, and waits between its half frame and its
 * commit until it is told to go on. Arguments: directory, JDBC URL.
 */
final class PausedShopProcess {
  static final String PAUSED = "paused";

  private PausedShopProcess() {}

  public static void main(String[] arguments) throws Exception {
    try (Shop shop =
        Shop.open(
            Path.of(arguments[0]),
            arguments[1],
            source ->
                StoppingSource.of(
                    source, new StoppingSource.Hooks(PausedShopProcess::pause, () -> {}, () -> {})),
            builder -> builder)) {
      shop.sell(1);
      System.out.println("sold 1");
    }
  }

  private static void pause() {
    System.out.println(PAUSED);
    try {
      var unused = System.in.read(); // whatever it is
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
