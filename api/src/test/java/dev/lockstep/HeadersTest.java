package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HeadersTest {
  private final Headers headers =
      Headers.empty().with("a", utf8("1")).with("b", utf8("größe")).with("a", utf8("2"));

  @Test
  void orderAndRepeatedNamesAreKept() {
    assertThat(headers)
        .containsExactly(
            new Headers.Header("a", utf8("1")),
            new Headers.Header("b", utf8("größe")),
            new Headers.Header("a", utf8("2")));
    assertThat(headers.size()).isEqualTo(3);
    assertThat(headers.all("a"))
        .containsExactly(new Headers.Header("a", utf8("1")), new Headers.Header("a", utf8("2")));
    assertThat(headers.all("c")).isEmpty();
  }

  @Test
  void lastOneOfANameCounts() {
    assertThat(headers.last("a")).contains("2");
    assertThat(headers.last("b")).contains("größe");
    assertThat(headers.lastBytes("a").orElseThrow()).isEqualTo(utf8("2"));
    assertThat(headers.last("A")).isEmpty();
    assertThat(headers.lastBytes("c")).isEmpty();
  }

  @Test
  void valuesCannotBeChangedFromOutside() {
    byte[] given = utf8("1");
    Headers own = Headers.empty().with("a", given);

    given[0] = 'x';
    own.lastBytes("a").orElseThrow()[0] = 'y';
    own.iterator().next().value()[0] = 'z';

    assertThat(own.last("a")).contains("1");
  }

  @Test
  void listsAreCopied() {
    List<Headers.Header> entries = new ArrayList<>(List.of(new Headers.Header("a", utf8("1"))));
    Headers own = Headers.of(entries);

    entries.clear();

    assertThat(own.last("a")).contains("1");
  }

  @Test
  void withLeavesTheOriginal() {
    headers.with("c", utf8("3"));

    assertThat(headers.size()).isEqualTo(3);
    assertThat(Headers.empty()).isEmpty();
  }

  @Test
  void equalityIsByContentAndOrder() {
    Headers same = Headers.of(new ArrayList<>(headers.all("a")));
    Headers swapped = Headers.empty().with("a", utf8("2")).with("a", utf8("1"));

    assertThat(same)
        .isEqualTo(Headers.empty().with("a", utf8("1")).with("a", utf8("2")))
        .hasSameHashCodeAs(Headers.empty().with("a", utf8("1")).with("a", utf8("2")))
        .isNotEqualTo(swapped)
        .isNotEqualTo(headers);
    assertThat(Headers.of(List.of())).isSameAs(Headers.empty());
  }

  @Test
  void textFormShowsNoValues() {
    assertThat(headers).hasToString("[a, b, a]");
    assertThat(new Headers.Header("token", utf8("secret"))).hasToString("token=6 bytes");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
