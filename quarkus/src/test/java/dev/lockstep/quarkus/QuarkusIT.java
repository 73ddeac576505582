package dev.lockstep.quarkus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rows and messages of an application in Quarkus's transactions, through halts and restarts. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QuarkusIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir Path directory;
  private EmbeddedDatabase database;

  @BeforeEach
  void start() {
    database = EmbeddedDatabase.builder().embedded().start();
  }

  @AfterEach
  void stop() {
    database.close();
  }

  @Test
  void rowAndMessageAreCommittedTogetherOrNeitherIs() throws Exception {
    try (Application shop = startApplication()) {
      shop.ask("open");
      shop.ask("place", "Ada");
      assertThat(shop.ask("fail", "Bob")).containsExactly("the payment of Bob is refused");
      shop.ask("place", "Cleo");
      assertThat(shop.ask("rows")).containsExactly("Ada", "Cleo");
      assertThat(shop.ask("messages")).containsExactly("Ada", "Cleo");
      assertThat(shop.ask("findings")).isEmpty();

      assertThat(shop.ask("place-beside-a-local-data-source", "Dora"))
          .containsExactly("rolled back");
      assertThat(shop.ask("rows")).containsExactly("Ada", "Cleo");
      assertThat(shop.ask("messages")).containsExactly("Ada", "Cleo");
      assertThat(shop.ask("findings"))
          .singleElement()
          .satisfies(finding -> assertThat(finding).contains("LSTP-0524"));
      shop.end();
    }
    try (Application again = startApplication()) {
      assertThat(again.ask("messages")).containsExactly("Ada", "Cleo");
      again.end();
    }
  }

  @Test
  void whatIsDecidedIsCommittedAfterAHalt() throws Exception {
    halt("halt-before-commits", "Ada");
    assertSettled("Ada");
    halt("halt-between-commits", "Cleo");
    assertSettled("Ada", "Cleo");
  }

  @Test
  void whatIsUndecidedIsRolledBackAfterAHalt() throws Exception {
    halt("halt-before-decision", "Ada");
    assertSettled();
  }

  private Application startApplication() throws IOException {
    return Application.start(directory, database.jdbcUrl());
  }

  private void halt(String how, String customer) throws Exception {
    try (Application shop = startApplication()) {
      shop.ask("open");
      shop.halt(how, customer);
    }
    assertThat(database.preparedTransactions()).hasSize(1);
  }

  private void assertSettled(String... customers) throws Exception {
    try (Application shop = startApplication()) {
      await().atMost(PATIENCE).until(() -> database.preparedTransactions().isEmpty());
      await().atMost(PATIENCE).until(() -> shop.ask("in-doubt").isEmpty());
      assertThat(shop.ask("rows")).containsExactly(customers);
      assertThat(shop.ask("messages")).containsExactly(customers);
      shop.end();
    }
  }
}
