package dev.lockstep.engine.io;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The bytes of a file, with zeros behind its end. */
final class Image {
  static final int SECTOR = 512;

  private byte[] bytes;
  private int size;

  Image() {
    this(new byte[0], 0);
  }

  private Image(byte[] bytes, int size) {
    this.bytes = bytes;
    this.size = size;
  }

  Image copy() {
    return new Image(Arrays.copyOf(bytes, size), size);
  }

  int size() {
    return size;
  }

  byte[] contents() {
    return Arrays.copyOf(bytes, size);
  }

  void resize(int newSize) {
    if (newSize < size) {
      Arrays.fill(bytes, newSize, size, (byte) 0);
    } else if (newSize > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(newSize, Math.min(2 * bytes.length, 1 << 29)));
    }
    size = newSize;
  }

  /** Overwrites bytes; those behind the end are left out. */
  void put(int offset, byte[] source) {
    int length = Math.min(source.length, size - offset);
    if (length > 0) {
      System.arraycopy(source, 0, bytes, offset, length);
    }
  }

  void putSector(int index, byte[] content) {
    put(index * SECTOR, content);
  }

  int read(int offset, ByteBuffer target) {
    int length = Math.max(0, Math.min(target.remaining(), size - offset));
    if (length > 0) {
      target.put(bytes, offset, length);
    }
    return length;
  }

  byte[] sector(int index) {
    byte[] content = new byte[SECTOR];
    int length = Math.min(SECTOR, size - index * SECTOR);
    if (length > 0) {
      System.arraycopy(bytes, index * SECTOR, content, 0, length);
    }
    return content;
  }
}
