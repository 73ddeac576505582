package dev.lockstep.datasource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidConfigException;
import java.beans.BeanInfo;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.xa.PGXADataSource;

/** The data source as containers make it: by its name, and property by property. */
@Timeout(60)
class DataSourceBeanTest {
  @Test
  void aContainerSetsItsProperties() throws Exception {
    Object bean =
        Class.forName("dev.lockstep.datasource.GuardedXADataSource")
            .getDeclaredConstructor()
            .newInstance();
    set(bean, "url", "jdbc:postgresql://db.example/shop?password=secret");
    set(bean, "user", "shop");
    set(bean, "password", "secret");

    GuardedXADataSource database = (GuardedXADataSource) bean;
    assertThat(database.getUrl()).startsWith("jdbc:postgresql://db.example");
    assertThat(database.getUser()).isEqualTo("shop");
    assertThat(database.toString()).contains("db.example").doesNotContain("secret");
  }

  private static void set(Object bean, String name, String value) throws Exception {
    BeanInfo info = Introspector.getBeanInfo(bean.getClass());
    for (PropertyDescriptor property : info.getPropertyDescriptors()) {
      if (property.getName().equals(name)) {
        property.getWriteMethod().invoke(bean, value);
        return;
      }
    }
    throw new AssertionError("no property " + name);
  }

  @Test
  void anotherUrlIsRefused() {
    assertThatThrownBy(() -> new GuardedXADataSource().setUrl("jdbc:mysql://db.example/shop"))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("jdbc:postgresql:");
  }

  @Test
  void whatIsWrappedHasItsOwnProperties() {
    PGXADataSource driver = new PGXADataSource();
    GuardedXADataSource wrapping = new GuardedXADataSource(new GuardedXADataSource(driver));
    assertThatThrownBy(() -> wrapping.setUser("shop")).isInstanceOf(IllegalStateException.class);
    driver.setUser("shop");
    assertThat(new GuardedXADataSource(driver).getUser()).isEqualTo("shop");
  }
}
