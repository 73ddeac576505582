package dev.lockstep.spi;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidConfigException;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The API's own tests have no engine on the class path. */
@Timeout(60)
class LockstepProviderTest {
  @Test
  void missingEngineIsNamed() {
    LockstepConfig config = LockstepConfig.builder().dataDir(Path.of("data")).build();

    assertThatThrownBy(() -> Lockstep.open(config))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("add dev.lockstep:lockstep-engine beside lockstep-api");
  }
}
