package dev.lockstep.system;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.PostPersist;
import jakarta.persistence.Table;
import jakarta.persistence.Transient;
import jakarta.persistence.Version;

/** What was sold, as JPA has it. */
@Entity
@Table(name = "sale")
class Sale {
  @Id private int id;

  @Column(unique = true)
  private String article = "";

  @Version private int version;

  /** What is done when it is inserted, which is at the flush. */
  @Transient private Runnable atTheFlush = () -> {};

  /** For JPA. */
  Sale() {}

  Sale(int id, String article) {
    this.id = id;
    this.article = article;
  }

  Sale atTheFlush(Runnable action) {
    this.atTheFlush = action;
    return this;
  }

  void rename(String to) {
    this.article = to;
  }

  @PostPersist
  void inserted() {
    atTheFlush.run();
  }
}
