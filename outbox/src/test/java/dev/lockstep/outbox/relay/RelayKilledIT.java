package dev.lockstep.outbox.relay;

import static dev.lockstep.outbox.Shop.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.outbox.ShopProcess.Point;
import dev.lockstep.testkit.Child;
import dev.lockstep.testkit.EmbeddedDatabase;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The relay's process is killed; the next one goes on where it was. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RelayKilledIT {
  private EmbeddedDatabase database;

  @BeforeAll
  void start() {
    database = EmbeddedDatabase.builder().start();
  }

  @AfterAll
  void stop() {
    database.close();
  }

  @ParameterizedTest
  @CsvSource({"BEFORE_THE_COMMIT, 10", "BEHIND_THE_COMMIT, 5"})
  void killedInItsSecondBatch(Point point, int left, @TempDir Path directory) throws Exception {
    String url = database.jdbcUrl();
    Outbox.createTable(url);
    Outbox.write(url, 1, 15);
    try (Child child = Child.start(RelayProcess.class, directory.toString(), url, point.name())) {
      child.rest();
      assertThat(child.status()).isEqualTo(137);
    }
    String[] all = IntStream.rangeClosed(1, 15).mapToObj(String::valueOf).toArray(String[]::new);
    await().until(() -> Outbox.rows(url).size() == left);
    try (Outbox next = Outbox.open(directory, url)) {
      assertThat(next.lockstep().transactions().inDoubt()).isEmpty();
      assertThat(next.messages()).hasSize(15 - left);
      try (OutboxRelay relay = next.relay().batchSize(RelayProcess.BATCH).start()) {
        await().untilAsserted(() -> assertThat(next.messages()).containsExactly(all));
        assertThat(relay.obstacle()).isEmpty();
      }
    }
    assertThat(Outbox.rows(url)).isEmpty();
  }
}
