package dev.lockstep.engine.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.io.PowerCutStorage.Loss;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random changes of a file against a plain model of what each byte may be after a cut. */
@Timeout(60)
class SimulatedFileModelTest {
  private static final int MAX = 6 * Image.SECTOR;

  /** What is seen, what is forced, and every value that each byte had since the last force. */
  private static final class Model {
    private byte[] seen = new byte[0];
    private byte[] forced = new byte[0];
    private int shortest;
    private int longest;
    private final BitSet[] values = new BitSet[MAX];

    Model() {
      for (int i = 0; i < MAX; i++) {
        values[i] = new BitSet(256);
      }
      force();
    }

    void force() {
      forced = seen;
      shortest = seen.length;
      longest = seen.length;
      for (int i = 0; i < MAX; i++) {
        values[i].clear();
      }
      note();
    }

    void write(int offset, byte[] bytes) {
      seen = Arrays.copyOf(seen, Math.max(seen.length, offset + bytes.length));
      System.arraycopy(bytes, 0, seen, offset, bytes.length);
      note();
    }

    void truncate(int size) {
      seen = Arrays.copyOf(seen, size);
      note();
    }

    private void note() {
      shortest = Math.min(shortest, seen.length);
      longest = Math.max(longest, seen.length);
      for (int i = 0; i < MAX; i++) {
        values[i].set(i < seen.length ? seen[i] & 0xff : 0);
      }
    }

    void check(byte[] found, Loss loss) {
      switch (loss) {
        case DROP -> assertThat(found).isEqualTo(forced);
        case KEEP -> assertThat(found).isEqualTo(seen);
        case TEAR, REORDER -> {
          assertThat(found.length).isBetween(shortest, longest);
          for (int i = 0; i < found.length; i++) {
            assertThat(values[i].get(found[i] & 0xff))
                .as("byte %d was %d some time", i, found[i])
                .isTrue();
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void eachByteIsOneThatItWasSinceTheForce(Loss loss) {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      SimulatedFile file = new SimulatedFile();
      Model model = new Model();
      for (int step = 0; step < 40; step++) {
        change(file, model, random);
        byte[] found = file.after(loss, random).contents();
        try {
          model.check(found, loss);
        } catch (AssertionError e) {
          throw new AssertionError("seed " + seed + ", step " + step, e);
        }
      }
    }
  }

  private static void change(SimulatedFile file, Model model, Random random) {
    switch (random.nextInt(8)) {
      case 0 -> {
        file.force();
        model.force();
      }
      case 1 -> {
        int size = random.nextInt(model.seen.length + 1);
        file.truncate(size);
        model.truncate(size);
      }
      default -> {
        int offset = random.nextInt(MAX);
        byte[] bytes = new byte[1 + random.nextInt(Math.min(MAX - offset, 1500))];
        random.nextBytes(bytes);
        file.write(offset, bytes);
        model.write(offset, bytes);
      }
    }
    assertThat(file.contents()).isEqualTo(model.seen);
  }
}
