package dev.lockstep.wildfly.war;

import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.TopicConfig;
import dev.lockstep.xa.jboss.ServerBinding;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.sql.DataSourceDefinition;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Produces;
import java.nio.file.Path;

/** Opens the log with the application and closes it with it; and the data source that it is for. */
@ApplicationScoped
@DataSourceDefinition(
    name = "java:app/jdbc/shop",
    className = "dev.lockstep.datasource.GuardedXADataSource",
    url = "${shop.database}",
    user = "postgres",
    password = "-")
public class Log {
  private ServerBinding binding;
  private Lockstep lockstep;

  @PostConstruct
  void open() {
    binding = ServerBinding.ofWildFly();
    lockstep =
        Lockstep.open(
            LockstepConfig.builder()
                .dataDir(Path.of(System.getProperty("jboss.server.data.dir"), "shop"))
                .transactions(binding)
                .build());
    lockstep.topics().createIfAbsent(TopicConfig.of("orders"));
  }

  /** With the application, and not with the first use: recovery needs the log. */
  void start(@Observes Startup event) {}

  /** For those who send and consume. */
  @Produces
  public Lockstep lockstep() {
    return lockstep;
  }

  /** How the log takes part in the server's transactions. */
  public String binding() {
    return binding.toString();
  }

  @PreDestroy
  void close() {
    lockstep.close();
  }
}
