package dev.lockstep.engine.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.ClosedException;
import dev.lockstep.DiskFullException;
import dev.lockstep.NoTransactionException;
import dev.lockstep.OutsideTransaction;
import dev.lockstep.Producer;
import dev.lockstep.spi.Branch;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class InTransactionTest {
  private final ClientFixture fixture = new ClientFixture(OutsideTransaction.REJECT);
  private final FakeLog log = fixture.log;
  private final Client client = fixture.client;
  private final Producer<String> orders = client.producer("orders", String.class);
  private final Producer<String> parts = client.producer("parts", String.class);

  @Test
  void allSendsCommitTogetherWhenTheWorkReturns() {
    String result =
        client.inTransaction(
            () -> {
              orders.send("order");
              parts.send("part");
              assertThat(log.commits).isEmpty();
              return "done";
            });

    assertThat(result).isEqualTo("done");
    assertThat(log.commits).hasSize(1);
    assertThat(fixture.visibleTexts("orders")).containsExactly("order");
    assertThat(fixture.visibleTexts("parts")).containsExactly("part");
  }

  static Stream<Throwable> failures() {
    return Stream.of(
        new IOException("checked"), new IllegalStateException("unchecked"), new AssertionError());
  }

  @ParameterizedTest
  @MethodSource("failures")
  void whatTheWorkThrowsRollsBackAndPassesUnchanged(Throwable failure) {
    assertThatThrownBy(() -> client.inTransaction(() -> sendAndThrow(failure)))
        .isSameAs(failure)
        .hasNoSuppressedExceptions();

    assertThat(log.branches).isEmpty();
    assertThat(log.visible("orders")).isEmpty();
    refusesToSend();
  }

  @Test
  void failureOfTheRollbackIsSuppressed() {
    IOException failure = new IOException("the work");
    IllegalStateException second = new IllegalStateException("the rollback");
    log.nextRollback = Optional.of(second);

    assertThatThrownBy(() -> client.inTransaction(() -> sendAndThrow(failure)))
        .isSameAs(failure)
        .hasSuppressedException(second);
    refusesToSend();
  }

  @Test
  void failureOfTheCommitPassesUnchanged() {
    DiskFullException full = new DiskFullException("no room");
    log.nextCommit = Optional.of(full);

    assertThatThrownBy(() -> client.inTransaction(() -> orders.send("order"))).isSameAs(full);

    assertThat(log.visible("orders")).isEmpty();
    refusesToSend();
  }

  @Test
  void nestedWorkJoinsTheEnclosingOne() {
    client.inTransaction(
        () -> {
          orders.send("outer");
          client.inTransaction(() -> orders.send("inner"));
          assertThat(log.commits).isEmpty();
          return orders.send("outer again");
        });

    assertThat(log.commits).hasSize(1);
    assertThat(fixture.visibleTexts("orders")).containsExactly("outer", "inner", "outer again");
  }

  @Test
  void enclosingWorkDecidesWhatAFailureOfNestedWorkMeans() {
    IOException failure = new IOException("nested");

    client.inTransaction(
        () -> {
          assertThatThrownBy(() -> client.inTransaction(() -> sendAndThrow(failure)))
              .isSameAs(failure);
          return orders.send("outer");
        });

    assertThat(fixture.visibleTexts("orders")).containsExactly("order", "outer");
  }

  @Test
  void workJoinsTheTransactionOfTheBinding() {
    FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());

    client.inTransaction(() -> orders.send("order"));

    assertThat(branch.sends).hasSize(1);
    assertThat(branch.state()).isEqualTo(Branch.State.ACTIVE);
    assertThat(log.commits).isEmpty();
  }

  @Test
  void transactionIsOfItsThreadAndItsClientOnly() {
    ClientFixture other = new ClientFixture(OutsideTransaction.REJECT);
    Producer<String> elsewhere = other.client.producer("orders", String.class);

    client.inTransaction(
        () -> {
          assertThatThrownBy(() -> elsewhere.send("order"))
              .isInstanceOf(NoTransactionException.class);
          CompletableFuture.runAsync(this::refusesToSend).join();
          return orders.send("order");
        });

    assertThat(fixture.visibleTexts("orders")).containsExactly("order");
  }

  /** A pooled thread outlives redeploys: what it still holds can never be unloaded. */
  @Test
  void threadKeepsNothingOfATransaction() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      WeakReference<Object> trace =
          pool.submit(
                  () -> {
                    ClientFixture local = new ClientFixture(OutsideTransaction.REJECT);
                    local.client.inTransaction(
                        () -> local.client.producer("orders", String.class).send("order"));
                    assertThatThrownBy(
                            () ->
                                local.client.inTransaction(
                                    () -> {
                                      throw new IOException("work");
                                    }))
                        .isInstanceOf(IOException.class);
                    return new WeakReference<Object>(local.log);
                  })
              .get();

      await()
          .untilAsserted(
              () -> {
                System.gc();
                assertThat(trace.refersTo(null)).isTrue();
              });
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void closedClientRefusesWork() {
    client.close();

    assertThatThrownBy(() -> client.inTransaction(() -> "never"))
        .isInstanceOf(ClosedException.class);
    assertThat(log.branches).isEmpty();
  }

  private void refusesToSend() {
    assertThatThrownBy(() -> orders.send("order")).isInstanceOf(NoTransactionException.class);
  }

  private String sendAndThrow(Throwable failure) throws Exception {
    orders.send("order");
    if (failure instanceof Error error) {
      throw error;
    }
    throw (Exception) failure;
  }
}
