package dev.lockstep;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What was found when Lockstep looked at itself and its surroundings: the directory, the
 * transaction manager, the databases. Immutable.
 */
public final class Diagnosis {
  private final List<Finding> findings;

  private Diagnosis(List<Finding> findings) {
    this.findings = findings;
  }

  /**
   * A diagnosis.
   *
   * @param findings what was found
   * @return the diagnosis
   */
  public static Diagnosis of(List<Finding> findings) {
    return new Diagnosis(List.copyOf(findings));
  }

  /**
   * All findings.
   *
   * @return the findings, in the order of their discovery
   */
  public List<Finding> findings() {
    return findings;
  }

  /**
   * Whether nothing unsafe was found that is not allowed. Warnings don't count.
   *
   * @return true if a start would not be refused
   */
  public boolean healthy() {
    return refusals().isEmpty();
  }

  /**
   * What is unsafe and not allowed.
   *
   * @return the findings for which a start is refused
   */
  public List<Finding> refusals() {
    return findings.stream()
        .filter(finding -> finding.severity() == Severity.REFUSE && !finding.isAllowed())
        .toList();
  }

  @Override
  public String toString() {
    return findings.isEmpty() ? "nothing found" : findings.toString();
  }

  /** How much a finding weighs. */
  public enum Severity {
    /** Transactions or messages can be lost: a start is refused unless this is allowed by name. */
    REFUSE,
    /** It costs speed, or breaks under some load. */
    WARN,
    /** Good to know. */
    INFO
  }

  /** Something that was found. Immutable. */
  public static final class Finding {
    private final String code;
    private final Severity severity;
    private final String problem;
    private final String remedy;
    private final Optional<String> allowedAs;
    private final boolean allowed;

    private Finding(
        String code,
        Severity severity,
        String problem,
        String remedy,
        Optional<String> allowedAs,
        boolean allowed) {
      this.code = code;
      this.severity = severity;
      this.problem = problem;
      this.remedy = remedy;
      this.allowedAs = allowedAs;
      this.allowed = allowed;
    }

    /**
     * Something with which nothing can work.
     *
     * @param code its number, {@code LSTP-nnnn}, never used for anything else
     * @param problem what is wrong, and with which thing
     * @param remedy what to do, in the imperative
     * @return the finding
     */
    public static Finding refuse(String code, String problem, String remedy) {
      return new Finding(code, Severity.REFUSE, problem, remedy, Optional.empty(), false);
    }

    /**
     * Something unsafe that can be allowed by name.
     *
     * @param code its number, {@code LSTP-nnnn}, never used for anything else
     * @param allowedAs the name for {@code lockstep.allow}
     * @param problem what is wrong, and with which thing
     * @param remedy what to do, in the imperative
     * @return the finding
     */
    public static Finding refuseUnlessAllowed(
        String code, String allowedAs, String problem, String remedy) {
      return new Finding(code, Severity.REFUSE, problem, remedy, Optional.of(allowedAs), false);
    }

    /**
     * Something that costs speed, or breaks under some load.
     *
     * @param code its number, {@code LSTP-nnnn}, never used for anything else
     * @param problem what is wrong, and with which thing
     * @param remedy what to do, in the imperative
     * @return the finding
     */
    public static Finding warn(String code, String problem, String remedy) {
      return new Finding(code, Severity.WARN, problem, remedy, Optional.empty(), false);
    }

    /**
     * Something that is good to know.
     *
     * @param code its number, {@code LSTP-nnnn}, never used for anything else
     * @param problem what it is, and with which thing
     * @param remedy what to do if it is not wanted, in the imperative
     * @return the finding
     */
    public static Finding info(String code, String problem, String remedy) {
      return new Finding(code, Severity.INFO, problem, remedy, Optional.empty(), false);
    }

    /**
     * The same finding, allowed.
     *
     * @return the finding
     * @throws IllegalStateException if it can't be allowed
     */
    public Finding allowed() {
      if (allowedAs.isEmpty()) {
        throw new IllegalStateException(code + " can't be allowed");
      }
      return new Finding(code, severity, problem, remedy, allowedAs, true);
    }

    /**
     * Its number.
     *
     * @return {@code LSTP-nnnn}
     */
    public String code() {
      return code;
    }

    /**
     * How much it weighs; what is allowed stays what it is.
     *
     * @return the severity
     */
    public Severity severity() {
      return severity;
    }

    /**
     * What is wrong, and with which thing.
     *
     * @return a sentence without its full stop
     */
    public String problem() {
      return problem;
    }

    /**
     * What to do.
     *
     * @return a sentence without its full stop
     */
    public String remedy() {
      return remedy;
    }

    /**
     * The name by which it can be allowed.
     *
     * @return the name for {@code lockstep.allow}; empty if it can't
     */
    public Optional<String> allowedAs() {
      return allowedAs;
    }

    /**
     * Whether it is allowed.
     *
     * @return true if somebody has allowed it by name
     */
    public boolean isAllowed() {
      return allowed;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Finding that
          && code.equals(that.code)
          && severity == that.severity
          && problem.equals(that.problem)
          && remedy.equals(that.remedy)
          && allowedAs.equals(that.allowedAs)
          && allowed == that.allowed;
    }

    @Override
    public int hashCode() {
      return Objects.hash(code, severity, problem, remedy, allowedAs, allowed);
    }

    /** All of it but the severity, for messages and logs. */
    @Override
    public String toString() {
      String allowing =
          allowedAs
              .map(name -> (allowed ? ", allowed by lockstep.allow=" : ", lockstep.allow=") + name)
              .orElse("");
      return problem + "; " + remedy + " [" + code + allowing + "]";
    }
  }
}
