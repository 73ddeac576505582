package dev.lockstep.wildfly.rar;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What listeners have seen, committed or not. */
@ApplicationScoped
public class Journal {
  private final List<String> entries = new CopyOnWriteArrayList<>();

  /** Adds an entry. */
  public void add(String entry) {
    entries.add(entry);
  }

  /** The entries that begin like this. */
  public List<String> entries(String start) {
    return entries.stream().filter(entry -> entry.startsWith(start)).toList();
  }
}
