package dev.lockstep.engine.fuzz;

import dev.lockstep.engine.io.Storage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A way to damage a directory. */
enum Mutation {
  FLIP {
    @Override
    byte[] of(byte[] bytes, Other other, Random random) {
      byte[] flipped = bytes.clone();
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
      return flipped;
    }
  },
  OVERWRITE {
    @Override
    byte[] of(byte[] bytes, Other other, Random random) {
      byte[] noise = new byte[1 + random.nextInt(64)];
      random.nextBytes(noise);
      return replaced(bytes, random.nextInt(bytes.length), noise);
    }
  },
  /** A number becomes another one that is worth trying. */
  NUMBER {
    @Override
    byte[] of(byte[] bytes, Other other, Random random) {
      byte[] number = new byte[random.nextBoolean() ? Integer.BYTES : Long.BYTES];
      Arrays.fill(number, (byte) (random.nextBoolean() ? 0 : -1));
      number[0] = (byte) List.of(0, 0x7F, 0x80, 0xFF).get(random.nextInt(4)).intValue();
      number[number.length - 1] = (byte) random.nextInt(256);
      return replaced(bytes, random.nextInt(bytes.length) & -4, number);
    }
  },
  ZERO {
    @Override
    byte[] of(byte[] bytes, Other other, Random random) {
      int from = random.nextInt(bytes.length);
      return replaced(bytes, from, new byte[1 + random.nextInt(2 * SECTOR)]);
    }
  },
  INSERT {
    @Override
    byte[] of(byte[] bytes, Other other, Random random) {
      int at = random.nextInt(bytes.length);
      byte[] more = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(SECTOR));
      System.arraycopy(bytes, at, more, at + more.length - bytes.length, bytes.length - at);
      return more;
    }
  },
  REMOVE {
    @Override
    byte[] of(byte[] bytes, Other other, Random random) {
      int from = random.nextInt(bytes.length);
      int length = Math.min(bytes.length - from, 1 + random.nextInt(SECTOR));
      byte[] less = Arrays.copyOf(bytes, bytes.length - length);
      System.arraycopy(bytes, from + length, less, from, less.length - from);
      return less;
    }
  },
  TRUNCATE {
    @Override
    byte[] of(byte[] bytes, Other other, Random random) {
      return Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }
  },
  /** A sector, or an index entry, comes to stand where another one stood. */
  SPLICE {
    @Override
    byte[] of(byte[] bytes, Other other, Random random) {
      int unit = random.nextBoolean() ? SECTOR : ENTRY;
      byte[] source = other.bytes();
      int from = random.nextInt(source.length) / unit * unit;
      int to = random.nextInt(bytes.length) / unit * unit;
      return replaced(bytes, to, Arrays.copyOfRange(source, from, from + unit));
    }
  },
  /** The file becomes that of another name, or an earlier state of itself. */
  REPLACE {
    @Override
    byte[] of(byte[] bytes, Other other, Random random) {
      return other.bytes();
    }
  },
  EMPTY {
    @Override
    byte[] of(byte[] bytes, Other other, Random random) {
      return new byte[0];
    }
  },
  DELETE {
    @Override
    void on(Storage storage, String name, Other other, Random random) throws IOException {
      storage.delete(name);
      storage.forceDirectory();
    }
  },
  SWAP {
    @Override
    void on(Storage storage, String name, Other other, Random random) throws IOException {
      if (storage.names().contains(other.name())) {
        byte[] bytes = Files.read(storage, name);
        Files.write(storage, name, Files.read(storage, other.name()));
        Files.write(storage, other.name(), bytes);
      }
    }
  };

  private static final int SECTOR = 512;
  private static final int ENTRY = 32;

  /** Another file, or the same at another time. */
  record Other(String name, byte[] bytes) {
    static Other any(Map<String, byte[]> files, Random random) {
      List<String> names = files.keySet().stream().filter(n -> files.get(n).length > 0).toList();
      String name = names.get(random.nextInt(names.size()));
      return new Other(name, files.get(name));
    }
  }

  byte[] of(byte[] bytes, Other other, Random random) {
    throw new UnsupportedOperationException(name());
  }

  void on(Storage storage, String name, Other other, Random random) throws IOException {
    byte[] bytes = Files.read(storage, name);
    if (bytes.length > 0) {
      Files.write(storage, name, of(bytes, other, random));
    }
  }

  private static byte[] replaced(byte[] bytes, int at, byte[] by) {
    byte[] replaced = bytes.clone();
    System.arraycopy(by, 0, replaced, at, Math.min(by.length, bytes.length - at));
    return replaced;
  }
}
