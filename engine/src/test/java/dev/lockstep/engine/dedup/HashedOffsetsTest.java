package dev.lockstep.engine.dedup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HashedOffsetsTest {
  private static final long SEED = 20_260_304;

  private static List<String> found(HashedOffsets map, int hash) {
    List<String> found = new ArrayList<>();
    map.find(
        hash,
        (same, partition, offset) -> {
          assertThat(same).isEqualTo(hash);
          return found.add(partition + "/" + offset);
        });
    return found;
  }

  @Test
  void findsEveryPlaceOfAHashAndNoOther() {
    Random random = new Random(SEED);
    HashedOffsets map = new HashedOffsets(0);
    Map<Integer, List<String>> model = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      int hash = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : random.nextInt() | 1;
      int partition = random.nextInt(10_000);
      long offset = random.nextLong() >>> 1;
      if (map.isFull()) {
        HashedOffsets larger = new HashedOffsets(map.size());
        map.forEach(
            (each, p, o) -> {
              larger.add(each, p, o);
              return true;
            });
        assertThat(larger.size()).isEqualTo(map.size());
        assertThat(larger.isFull()).isFalse();
        map = larger;
      }
      map.add(hash, partition, offset);
      model.computeIfAbsent(hash, each -> new ArrayList<>()).add(partition + "/" + offset);
    }
    assertThat(map.size()).isEqualTo(20_000);
    HashedOffsets all = map;
    model.forEach(
        (hash, places) ->
            assertThat(found(all, hash))
                .as("hash %s, seed %s", hash, SEED)
                .containsExactlyInAnyOrderElementsOf(places));
    assertThat(found(all, 1000)).isEqualTo(model.getOrDefault(1000, List.of()));
  }
}
