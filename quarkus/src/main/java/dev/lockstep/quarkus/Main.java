package dev.lockstep.quarkus;

import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Does what the lines of its standard input say, and answers each with a line for each result and
 * one with a dot.
 */
@QuarkusMain
public class Main implements QuarkusApplication {
  private final Shop shop;
  private final Traps traps;

  Main(Shop shop, Traps traps) {
    this.shop = shop;
    this.traps = traps;
  }

  @Override
  public int run(String... arguments) throws Exception {
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = next(orders); !line.isEmpty(); line = next(orders)) {
      int space = line.indexOf(' ');
      answer(line.substring(0, space), line.substring(space + 1)).forEach(System.out::println);
      System.out.println(".");
    }
    return 0;
  }

  /** The next order; an empty one at the end. */
  private static String next(BufferedReader orders) throws IOException {
    String line = orders.readLine();
    return line == null ? "" : line;
  }

  private List<String> answer(String what, String customer) throws Exception {
    switch (what) {
      case "open" -> shop.open();
      case "place" -> shop.place(customer);
      case "fail" -> {
        try {
          shop.placeAndFail(customer);
        } catch (IllegalStateException e) {
          return List.of(e.getMessage());
        }
      }
      case "place-beside-a-local-data-source" -> {
        try {
          traps.placeBesideALocalDataSource(customer);
        } catch (RuntimeException e) {
          return List.of("rolled back");
        }
      }
      case "halt-before-decision" -> traps.haltBeforeDecision(customer);
      case "halt-before-commits" -> traps.haltBeforeCommits(customer);
      case "halt-between-commits" -> traps.haltBetweenCommits(customer);
      case "rows" -> {
        return shop.rows();
      }
      case "messages" -> {
        return shop.messages();
      }
      case "in-doubt" -> {
        return shop.inDoubt();
      }
      case "findings" -> {
        return shop.findings();
      }
      default -> throw new IllegalArgumentException(what);
    }
    return List.of();
  }
}
