package dev.lockstep.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes what a session found as Markdown. */
public final class Report {
  private Report() {}

  /**
   * Writes it.
   *
   * @param file where to; its directory exists
   * @param title the heading
   * @param machine what the figures depend on, by name
   */
  public static void write(Path file, String title, Map<String, String> machine, Session session)
      throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("# " + title);
    lines.add("");
    row(lines, "machine", "");
    row(lines, "---", "---");
    machine.forEach((name, value) -> row(lines, name, value));
    row(
        lines,
        "F, median of a write and its force, 1 thread",
        session.forceTime().map(Report::time).orElse("not measured"));
    ratios(lines, session.ratios());
    session
        .unmeasured()
        .forEach(
            figure -> row(lines, figure.name(), figure.reason(), "not measured", "", "**no**"));
    measurements(lines, session.measurements());
    facts(lines, session.facts());
    Files.write(file, lines);
  }

  private static void ratios(List<String> lines, List<Ratio> ratios) {
    lines.add("");
    row(lines, "ratio", "of", "value", "goal", "met");
    row(lines, "---", "---", "---:", "---:", "---");
    for (Ratio ratio : ratios) {
      String bound = ratio.better() == Ratio.Better.HIGHER ? "≥ " : "≤ ";
      row(
          lines,
          ratio.name(),
          ratio.of(),
          ratio.valueText(),
          bound + ratio.goalText(),
          ratio.isMet() ? "yes" : "**no**");
    }
  }

  private static void measurements(List<String> lines, List<Session.Measurement> measurements) {
    lines.add("");
    lines.add("Medians of alternated rounds; rates are operations a second, latencies of a step.");
    lines.add("");
    row(lines, "comparison", "subject", "rate", "lowest", "highest", "p50", "p99");
    row(lines, "---", "---", "---:", "---:", "---:", "---:", "---:");
    for (Session.Measurement measurement : measurements) {
      Series series = measurement.series();
      double[] rates = series.samples().stream().mapToDouble(Sample::rate).sorted().toArray();
      row(
          lines,
          measurement.comparison(),
          series.name(),
          number("%,.0f", series.rate()),
          number("%,.0f", rates[0]),
          number("%,.0f", rates[rates.length - 1]),
          time(series.p50()),
          time(series.p99()));
    }
  }

  private static void facts(List<String> lines, List<Session.Fact> facts) {
    lines.add("");
    facts.forEach(fact -> lines.add("- **" + fact.about() + ".** " + fact.text()));
  }

  private static void row(List<String> lines, String... cells) {
    lines.add("| " + String.join(" | ", cells) + " |");
  }

  private static String time(Duration time) {
    return number("%,.1f µs", time.toNanos() / 1e3);
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
