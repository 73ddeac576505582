package dev.lockstep.spi;

import dev.lockstep.Diagnosis;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.Diagnosis.Severity;
import dev.lockstep.InvalidConfigException;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The names of what is unsafe and allowed all the same. Immutable. */
public final class Allowances {
  /** The system property with names, separated by commas, that are allowed everywhere. */
  public static final String PROPERTY = "lockstep.allow";

  private final Set<String> names;

  private Allowances(Set<String> names) {
    this.names = names;
  }

  /**
   * Names that somebody has configured, and those in the system property {@value #PROPERTY}.
   *
   * @param configured the names
   * @return the allowances
   */
  public static Allowances of(Collection<String> configured) {
    Set<String> names = new TreeSet<>(configured);
    Arrays.stream(System.getProperty(PROPERTY, "").split(","))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .forEach(names::add);
    return new Allowances(names);
  }

  /**
   * The names.
   *
   * @return the names, sorted
   */
  public List<String> names() {
    return List.copyOf(names);
  }

  /**
   * Marks what is allowed.
   *
   * @param findings what was found
   * @return the same findings
   */
  public Diagnosis judge(List<Finding> findings) {
    return Diagnosis.of(findings.stream().map(this::judge).toList());
  }

  private Finding judge(Finding finding) {
    return finding.allowedAs().filter(names::contains).isPresent() ? finding.allowed() : finding;
  }

  /**
   * Refuses to start with what is unsafe and not allowed; logs everything else, what is allowed at
   * every start.
   *
   * @param findings what was found
   * @param logger where to
   * @throws InvalidConfigException naming all that is unsafe at once
   */
  public void enforce(List<Finding> findings, System.Logger logger) {
    Diagnosis diagnosis = judge(findings);
    if (!diagnosis.healthy()) {
      throw new InvalidConfigException(
          diagnosis.refusals().stream().map(Finding::toString).collect(Collectors.joining("\n")));
    }
    for (Finding finding : diagnosis.findings()) {
      logger.log(
          finding.severity() == Severity.INFO ? Level.INFO : Level.WARNING, finding.toString());
    }
  }
}
