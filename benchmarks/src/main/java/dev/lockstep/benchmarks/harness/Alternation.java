package dev.lockstep.benchmarks.harness;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs subjects in turn, A B C A B C, so that whatever else the machine does meets all of them. The
 * first round of each warms it up and does not count.
 */
public final class Alternation {
  private static final int WARM_UP_FACTOR = 2;

  private final Session session;
  private final String what;
  private final Duration length;
  private final Map<String, Subject> subjects = new LinkedHashMap<>();

  /** Rounds of the session's length. */
  public Alternation(Session session, String what) {
    this.session = session;
    this.what = what;
    this.length = session.rounds().length();
  }

  /** Adds a subject. */
  public Alternation add(String name, Subject subject) {
    subjects.put(name, subject);
    return this;
  }

  /** Runs all rounds; the series come in the order of the subjects, and are in the report. */
  public List<Series> run() throws Exception {
    Map<String, List<Sample>> samples = new LinkedHashMap<>();
    for (Map.Entry<String, Subject> subject : subjects.entrySet()) {
      session.progress(what + ": warming up " + subject.getKey());
      round(subject.getValue(), length.multipliedBy(WARM_UP_FACTOR));
      samples.put(subject.getKey(), new ArrayList<>());
    }
    for (int i = 1; i <= session.rounds().count(); i++) {
      StringBuilder line =
          new StringBuilder(what + ": round " + i + "/" + session.rounds().count());
      for (Map.Entry<String, Subject> subject : subjects.entrySet()) {
        Sample sample = round(subject.getValue(), length);
        samples.computeIfAbsent(subject.getKey(), name -> new ArrayList<>()).add(sample);
        line.append(String.format(Locale.ROOT, ", %s %,.0f/s", subject.getKey(), sample.rate()));
      }
      session.progress(line.toString());
    }
    List<Series> series = new ArrayList<>();
    samples.forEach((name, rounds) -> series.add(new Series(name, List.copyOf(rounds))));
    series.forEach(one -> session.measured(what, one));
    return series;
  }

  private static Sample round(Subject subject, Duration time) throws Exception {
    subject.prepare(time);
    return subject.run(time);
  }
}
