package dev.lockstep.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.InvalidConfigException;
import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AllowancesTest {
  private static final Finding UNSAFE =
      Finding.refuseUnlessAllowed("LSTP-9001", "danger", "the sky falls {0}", "hold it up");
  private static final Finding HOPELESS =
      Finding.refuse("LSTP-9002", "the earth opens", "close it");
  private static final Finding SLOW = Finding.warn("LSTP-9003", "it takes long", "hurry");
  private static final Finding KNOWN = Finding.info("LSTP-9004", "the sun shines", "enjoy");

  private final List<String> logged = new ArrayList<>();
  private final Logger logger = new Recorder(logged);

  private record Recorder(List<String> lines) implements Logger {
    @Override
    public String getName() {
      return "recorder";
    }

    @Override
    public boolean isLoggable(Level level) {
      return true;
    }

    @Override
    public void log(
        Level level, @Nullable ResourceBundle bundle, String text, @Nullable Throwable thrown) {
      lines.add(level + " " + text);
    }

    @Override
    public void log(
        Level level, @Nullable ResourceBundle bundle, String format, Object @Nullable ... values) {
      lines.add(level + " " + format);
    }
  }

  @Test
  void whatIsAllowedIsLoggedAtEveryStart() {
    Allowances allowances = Allowances.of(List.of("danger"));
    List<String> once =
        List.of(
            "WARNING the sky falls {0}; hold it up"
                + " [LSTP-9001, allowed by lockstep.allow=danger]",
            "WARNING it takes long; hurry [LSTP-9003]", "INFO the sun shines; enjoy [LSTP-9004]");
    allowances.enforce(List.of(UNSAFE, SLOW, KNOWN), logger);
    assertThat(logged).isEqualTo(once);
    allowances.enforce(List.of(UNSAFE), logger);
    assertThat(logged).hasSize(4).last().isEqualTo(once.get(0));
  }

  @Test
  void whatIsNotAllowedIsRefusedAndNothingIsLogged() {
    assertThatThrownBy(
            () -> Allowances.of(List.of("other")).enforce(List.of(SLOW, UNSAFE, HOPELESS), logger))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessage(
            "LSTP-0201: the sky falls {0}; hold it up [LSTP-9001, lockstep.allow=danger]\n"
                + "the earth opens; close it [LSTP-9002]");
    assertThat(logged).isEmpty();
  }

  @Test
  void theSystemPropertyAddsNames() {
    String before = System.getProperty(Allowances.PROPERTY, "");
    System.setProperty(Allowances.PROPERTY, " tmpfs,, danger ");
    try {
      assertThat(Allowances.of(List.of("fsync-off")).names())
          .containsExactly("danger", "fsync-off", "tmpfs");
    } finally {
      System.setProperty(Allowances.PROPERTY, before);
    }
  }

  @Test
  void whatIsAllowedKeepsItsWeight() {
    assertThat(UNSAFE.allowed().severity()).isEqualTo(UNSAFE.severity());
    assertThat(UNSAFE.allowed()).isNotEqualTo(UNSAFE).isEqualTo(UNSAFE.allowed());
    assertThatThrownBy(HOPELESS::allowed).isInstanceOf(IllegalStateException.class);
  }
}
