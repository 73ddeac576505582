package dev.lockstep.rar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Durability;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.LockstepConfig;
import dev.lockstep.TopicConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SettingsTest {
  private final Settings settings = new Settings();

  @Test
  void emptyPropertiesHaveTheDefaultsOfTheLog() {
    settings.dataDir("data");
    LockstepConfig config = settings.config().build();
    assertThat(config.dataDir()).isEqualTo(Path.of("data"));
    assertThat(config.durability()).isEqualTo(Durability.FORCED);
    assertThat(config.diskBudget()).isZero();
    assertThat(settings.topicsToCreate()).isEmpty();
  }

  @Test
  void aRelativeDirectoryIsInTheBaseDirectory() {
    settings.dataDir("data");
    settings.baseDir("/server");
    assertThat(settings.config().build().dataDir()).isEqualTo(Path.of("/server/data"));
    settings.dataDir("/elsewhere");
    assertThat(settings.config().build().dataDir()).isEqualTo(Path.of("/elsewhere"));
  }

  @Test
  void propertiesReachTheLog() {
    settings.dataDir(" data ");
    settings.durability("os");
    settings.diskBudget("1000000000");
    settings.topics("orders:4, invoices,");
    LockstepConfig config = settings.config().build();
    assertThat(config.durability()).isEqualTo(Durability.OS);
    assertThat(config.diskBudget()).isEqualTo(1_000_000_000);
    assertThat(settings.topicsToCreate())
        .extracting(TopicConfig::name)
        .containsExactly("orders", "invoices");
    assertThat(settings.topicsToCreate()).extracting(TopicConfig::partitions).containsExactly(4, 1);
  }

  @Test
  void allProblemsAreToldAtOnce() {
    settings.durability("sometimes");
    settings.diskBudget("much");
    settings.topics("orders:many");
    assertThatThrownBy(settings::config)
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("dataDir")
        .hasMessageContaining("'sometimes'")
        .hasMessageContaining("FORCED")
        .hasMessageContaining("'much'")
        .hasMessageContaining("'orders:many'");
  }

  @Test
  void adaptersWithTheSamePropertiesAreEqual() {
    LockstepResourceAdapter one = new LockstepResourceAdapter();
    LockstepResourceAdapter other = new LockstepResourceAdapter();
    one.setDataDir("data");
    assertThat(other).isNotEqualTo(one);
    other.setDataDir("data");
    assertThat(other).isEqualTo(one).hasSameHashCodeAs(one);
  }
}
