package dev.lockstep;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The headers of a message, in the order in which they were added; a name may occur more than once.
 * Immutable.
 */
public final class Headers implements Iterable<Headers.Header> {
  /** The header that has the media type of the payload. */
  public static final String CONTENT_TYPE = "content-type";

  private static final Headers EMPTY = new Headers(List.of());

  private final List<Header> entries;

  private Headers(List<Header> entries) {
    this.entries = entries;
  }

  /**
   * No headers.
   *
   * @return the empty headers
   */
  public static Headers empty() {
    return EMPTY;
  }

  /**
   * Headers with the given entries.
   *
   * @param entries the entries, copied
   * @return the headers
   */
  public static Headers of(List<Header> entries) {
    return entries.isEmpty() ? EMPTY : new Headers(List.copyOf(entries));
  }

  /**
   * These headers and one more.
   *
   * @param name its name
   * @param value its value, copied
   * @return new headers
   */
  public Headers with(String name, byte[] value) {
    List<Header> more = new ArrayList<>(entries);
    more.add(new Header(name, value));
    return new Headers(List.copyOf(more));
  }

  /**
   * These headers, with one value for a name in place of all that it has.
   *
   * @param name the name
   * @param value its value, copied
   * @return new headers, the given one last
   */
  public Headers replacing(String name, byte[] value) {
    List<Header> others = entries.stream().filter(header -> !header.name().equals(name)).toList();
    return of(others).with(name, value);
  }

  /**
   * The value of the last header of a name, as UTF-8 text.
   *
   * @param name the name
   * @return the value, if there is such a header
   */
  public Optional<String> last(String name) {
    return lastBytes(name).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /**
   * The value of the last header of a name.
   *
   * @param name the name
   * @return a copy of the value, if there is such a header
   */
  public Optional<byte[]> lastBytes(String name) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i).name().equals(name)) {
        return Optional.of(entries.get(i).value());
      }
    }
    return Optional.empty();
  }

  /**
   * All headers of a name.
   *
   * @param name the name
   * @return the headers, in the order in which they were added
   */
  public List<Header> all(String name) {
    return entries.stream().filter(header -> header.name().equals(name)).toList();
  }

  /**
   * How many there are.
   *
   * @return the number of headers
   */
  public int size() {
    return entries.size();
  }

  @Override
  public Iterator<Header> iterator() {
    // Most messages have none, and are asked several times on their way.
    return entries.isEmpty() ? Collections.emptyIterator() : entries.iterator();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Headers that && entries.equals(that.entries);
  }

  @Override
  public int hashCode() {
    return entries.hashCode();
  }

  @Override
  public String toString() {
    return entries.stream().map(Header::name).toList().toString();
  }

  /**
   * One header.
   *
   * @param name its name
   * @param value its value; copied on the way in and on the way out
   */
  public record Header(String name, byte[] value) {
    /**
     * A header with its own copy of the value.
     *
     * @param name its name
     * @param value its value
     */
    public Header {
      value = value.clone();
    }

    /** {@return a copy of its value} */
    @Override
    public byte[] value() {
      return value.clone();
    }

    /** {@return the length of its value, in bytes} */
    public int valueLength() {
      return value.length;
    }

    /**
     * Puts its value into a buffer, without a copy in between.
     *
     * @param target where to put it; it needs room for {@link #valueLength()} bytes
     */
    public void putValue(ByteBuffer target) {
      target.put(value);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Header that
          && name.equals(that.name)
          && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
      return 31 * name.hashCode() + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
      return name + "=" + value.length + " bytes";
    }
  }
}
