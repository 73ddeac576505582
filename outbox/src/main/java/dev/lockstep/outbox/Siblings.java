package dev.lockstep.outbox;

import dev.lockstep.outbox.dialect.DatabaseId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The databases that half messages of one log are for. Thread-safe. */
final class Siblings {
  private static final Siblings NONE = new Siblings(List.of());

  private final List<Member> members;

  /** The name of each database that has answered, by its identity. */
  private final Map<String, String> names = new ConcurrentHashMap<>();

  Siblings(List<Member> members) {
    this.members = List.copyOf(members);
  }

  /** Of a log with one database, whatever it is called. */
  static Siblings none() {
    return NONE;
  }

  /** Those whose transactions the calling thread has. */
  List<Member> running() {
    return members.stream().filter(member -> member.isRunning().getAsBoolean()).toList();
  }

  /**
   * A database has answered.
   *
   * @return another name under which it has done so before
   */
  Optional<String> answered(DatabaseId database) {
    if (members.isEmpty()) {
      return Optional.empty(); // there is no other, and this is everybody's
    }
    String first = names.putIfAbsent(database.identity(), database.configured());
    return Optional.ofNullable(first).filter(name -> !name.equals(database.configured()));
  }

  /**
   * Whether a half message is for a database: by its name or, where none has that any more, since
   * it is the one, whatever it is called now.
   *
   * @param name the database's name in the configuration
   */
  boolean isFor(String name, HalfNote note) {
    return members.isEmpty() || owner(note).filter(name::equals).isPresent();
  }

  /** The name of the database that a half message is for; empty if there is none. */
  Optional<String> owner(HalfNote note) {
    String configured = note.database().configured();
    return names().contains(configured)
        ? Optional.of(configured)
        : Optional.ofNullable(names.get(note.database().identity()));
  }

  Set<String> names() {
    return members.stream().map(Member::name).collect(Collectors.toUnmodifiableSet());
  }

  /** Refuses a transaction of a database where the thread has one of another. */
  void requireNoOther(String name) {
    for (Member member : running()) {
      if (!member.name().equals(name)) {
        throw new IllegalStateException(
            "a transaction of database '"
                + name
                + "' within one of database '"
                + member.name()
                + "': nothing can keep the two together, and a message would not know which one it"
                + " belongs to. Let the first one end before; or use a transaction manager, and XA"
                + " data sources [LSTP-0727]");
      }
    }
  }
}
