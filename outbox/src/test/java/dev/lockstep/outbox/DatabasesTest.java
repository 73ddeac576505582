package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.CommitPath;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.outbox.dialect.DatabaseId;
import dev.lockstep.spi.TransactionBinding;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DatabasesTest {
  private static JdbcTransactions named(String name) {
    return JdbcTransactions.builder(new HikariDataSource()).name(name).build();
  }

  @Test
  void eachHasANameOfItsOwn() {
    assertThatCode(() -> Databases.of(named("a"), named("b"))).doesNotThrowAnyException();
    assertThatThrownBy(() -> Databases.of(named("a"), named("b"), named("a")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("two databases are called 'a'");
  }

  @Test
  void eachIsADatabase() {
    assertThatThrownBy(() -> Databases.of(named("a"), TransactionBinding.none()))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("neither JdbcTransactions nor HalfMessages");
    assertThatThrownBy(Databases::of).hasMessageContaining("there is no database");
  }

  @Test
  void theirPathIsThatOfEach() {
    assertThat(Databases.of(named("a"), named("b")).paths())
        .isEqualTo(named("a").paths())
        .containsExactly(CommitPath.HALF_MESSAGE);
  }

  private static HalfNote note(String name, String identity) {
    return new HalfNote(new DatabaseId(name, identity, "db"), 0);
  }

  @Test
  void aHalfMessageIsForTheDatabaseOfItsNameOrElseForTheOneThatItIs() {
    Siblings siblings = new Siblings(List.of(named("a").member(), named("b").member()));
    assertThat(siblings.owner(note("a", "1"))).contains("a");
    assertThat(siblings.isFor("a", note("a", "1"))).isTrue();
    assertThat(siblings.isFor("b", note("a", "1"))).isFalse();
    assertThat(siblings.owner(note("old", "2"))).isEmpty();
    assertThat(siblings.answered(new DatabaseId("b", "2", "db"))).isEmpty();
    assertThat(siblings.owner(note("old", "2"))).contains("b");
    assertThat(siblings.owner(note("a", "2"))).as("the name comes first").contains("a");
    assertThat(siblings.answered(new DatabaseId("b", "2", "db"))).as("again").isEmpty();
    assertThat(siblings.answered(new DatabaseId("a", "2", "db"))).contains("b");
  }

  @Test
  void oneAloneIsForAll() {
    assertThat(Siblings.none().isFor("a", note("b", "1"))).isTrue();
  }
}
