package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.outbox.dialect.DatabaseId;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HalfNoteTest {
  private static final HalfNote NOTE = new HalfNote(new DatabaseId("shop", "7330/5", "läden"), 2);

  @Test
  void saysWhatWasWritten() {
    assertThat(HalfNote.decode(NOTE.encode())).contains(NOTE);
  }

  @Test
  void hasTheFormThatIsDocumented() {
    assertThat(new HalfNote(new DatabaseId("a", "b/1", "c"), 1).encode())
        .containsExactly(1, 1, 0, 1, 'a', 0, 3, 'b', '/', '1', 0, 1, 'c');
  }

  @Test
  void fitsWhateverTheDatabaseIsCalled() {
    String longest = "x".repeat(200);
    byte[] note = new HalfNote(new DatabaseId(longest, longest, longest), 0).encode();
    assertThat(note.length).isLessThan(4096);
  }

  @Test
  void isNothingIfItIsDamagedOrNewer() {
    byte[] note = NOTE.encode();
    for (int length = 0; length < note.length; length++) {
      assertThat(HalfNote.decode(Arrays.copyOf(note, length))).as("%d bytes", length).isEmpty();
    }
    assertThat(HalfNote.decode(Arrays.copyOf(note, note.length + 1))).isEmpty();
    note[0] = 2;
    assertThat(HalfNote.decode(note)).isEmpty();
    note[0] = 1;
    note[1] = 3;
    assertThat(HalfNote.decode(note)).isEmpty();
  }
}
