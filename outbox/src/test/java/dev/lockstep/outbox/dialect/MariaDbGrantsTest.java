package dev.lockstep.outbox.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.outbox.dialect.Dialect.Table;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class MariaDbGrantsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GRANT USAGE ON *.* TO `a`@`%` | false",
        "GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION | true",
        "GRANT SELECT, DROP ON *.* TO PUBLIC | true",
        "GRANT SELECT, INSERT ON *.* TO PUBLIC | false",
        "GRANT ALL PRIVILEGES ON `a_shop`.* TO `a`@`%` | true",
        "GRANT ALL PRIVILEGES ON `a\\_shop`.* TO `a`@`%` | true",
        "GRANT ALL PRIVILEGES ON `a\\_sho`.* TO `a`@`%` | false",
        "GRANT ALL PRIVILEGES ON `__shop`.* TO `a`@`%` | true",
        "GRANT ALL PRIVILEGES ON `_\\_shop`.* TO `a`@`%` | true",
        "GRANT ALL PRIVILEGES ON `\\__shop`.* TO `a`@`%` | false",
        "GRANT ALL PRIVILEGES ON `a%`.* TO `a`@`%` | true",
        "GRANT DROP ON `a_shop`.`t` TO `a`@`%` | true",
        "GRANT DROP ON \"a_shop\".\"t\" TO \"a\"@\"%\" | true",
        "GRANT DROP ON `a_shop`.`u` TO `a`@`%` | false",
        "GRANT EXECUTE ON PROCEDURE `a_shop`.`t` TO `a`@`%` | false",
        "GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION | false",
        "GRANT `trade` TO `a`@`%` | false"
      })
  void granted(String line, boolean mayDrop) {
    assertThat(
            MariaDbGrants.granted(line, new Table("a_shop", "t"), List.of("SELECT", "DROP"))
                .contains("DROP"))
        .isEqualTo(mayDrop);
  }
}
