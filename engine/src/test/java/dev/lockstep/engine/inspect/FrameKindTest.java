package dev.lockstep.engine.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.frame.FrameTypes;
import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FrameKindTest {
  /** Else a verification would take a sound frame of a new type for damage. */
  @Test
  void everyTypeOfFrameIsKnown() throws IllegalAccessException {
    for (Field field : FrameTypes.class.getFields()) {
      assertThat(FrameKind.of(field.getByte(null))).as(field.getName()).isPresent();
    }
  }
}
