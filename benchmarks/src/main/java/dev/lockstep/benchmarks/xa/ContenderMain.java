package dev.lockstep.benchmarks.xa;

import dev.lockstep.benchmarks.harness.Load;
import dev.lockstep.benchmarks.harness.Load.Step;
import dev.lockstep.benchmarks.harness.Sample;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A contender's process. Arguments: the contender, a JDBC URL, and a directory of its own. Each
 * line that it reads orders a turn, by a number of threads and a time in nanoseconds; it answers
 * with a line when that is over, and ends when there are no more.
 */
public final class ContenderMain {
  private ContenderMain() {}

  /** Runs until nobody orders turns any more. */
  public static void main(String[] arguments) throws Exception {
    Contender contender = Contender.valueOf(arguments[0]);
    try (Shop shop = Shop.open(contender, arguments[1], Path.of(arguments[2]));
        BufferedReader orders =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      List<Step> steps = new ArrayList<>();
      System.out.println("READY");
      for (String order = orders.readLine(); order != null; order = orders.readLine()) {
        String[] parts = order.split(" ", -1);
        int threads = Integer.parseInt(parts[0]);
        while (steps.size() < threads) {
          steps.add(shop.open());
        }
        long before = shop.forces();
        Sample sample = Load.run(threads, Duration.ofNanos(Long.parseLong(parts[1])), steps::get);
        System.out.println(new Turn(sample, shop.forces() - before).line());
      }
    }
    // A peer's pools outlive what was closed, by a minute.
    System.exit(0);
  }
}
