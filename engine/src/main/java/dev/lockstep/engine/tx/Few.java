package dev.lockstep.engine.tx;

import java.util.ArrayList;
import java.util.List;

/** Lists that most branches have one element in, which then is all that they allocate. */
final class Few {
  /** The capacity of a list that turned out to have more. */
  private static final int MORE = 8;

  private Few() {}

  /** The first elements of a list, so many of them; the one that is given is used up. */
  static <T> List<T> first(int count, List<T> list) {
    if (count == list.size()) {
      return list;
    }
    switch (count) {
      case 0 -> {
        return List.of();
      }
      case 1 -> {
        return List.of(list.get(0));
      }
      default -> {
        list.subList(count, list.size()).clear();
        return list;
      }
    }
  }

  /** A list with one more element; the one that is given is used up. */
  static <T> List<T> plus(List<T> list, T element) {
    switch (list.size()) {
      case 0 -> {
        return List.of(element);
      }
      case 1 -> {
        List<T> more = new ArrayList<>(MORE);
        more.add(list.get(0));
        more.add(element);
        return more;
      }
      default -> {
        list.add(element);
        return list;
      }
    }
  }
}
