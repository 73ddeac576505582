package dev.lockstep.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidConfigException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PostgresBinariesTest {

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, postgres-linux-x86_64.txz",
    "Linux, aarch64, postgres-linux-arm_64.txz",
    "Mac OS X, x86_64, postgres-darwin-x86_64.txz",
    "Mac OS X, aarch64, postgres-darwin-arm_64.txz"
  })
  void everySupportedPlatformIsOnTheClassPath(String os, String arch, String archive) {
    assertThat(PostgresBinaries.archiveName(os, arch)).isEqualTo(archive);
    assertThat(PostgresBinaries.class.getResource("/" + archive)).isNotNull();
  }

  @Test
  void anotherPlatformIsRefusedWithTheRemedy() {
    assertThatThrownBy(() -> PostgresBinaries.archiveName("Linux", "riscv64"))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("riscv64")
        .hasMessageContaining("LOCKSTEP_PG_URL");
  }
}
